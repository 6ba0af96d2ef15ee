import Virt
import JSON
import QMP

/// How far the removal of a device has come.
enum DeviceRemoval: Sendable {
    /// The guest has been asked.
    case asked
    /// It has answered before anybody waited.
    case settled(Outcome)
    /// Somebody waits for its answer.
    case awaited(CheckedContinuation<Outcome, Never>)

    enum Outcome: Sendable {
        case done, refused
        /// The guest hasn't said anything yet.
        case pending
    }
}

extension QEMUDomain {
    /// How long a call waits for the guest to let go of a device.
    private static let unplugPatience = Duration.seconds(5)

    /// Has QEMU ask the guest to let go of a device; `removal(of:)` waits for what becomes of it.
    func askRemoval(of alias: String) async throws(VirtError) {
        removals[alias] = .asked
        do throws(VirtError) {
            try await ask("device_del", ["id": .string(alias)])
        } catch {
            removals[alias] = nil
            throw error
        }
    }

    /// Waits until the guest has answered, but not for ever.
    func removal(of alias: String) async -> DeviceRemoval.Outcome {
        if case .settled(let outcome)? = removals[alias] {
            removals[alias] = nil
            return outcome
        }
        let timer = Task {
            guard (try? await Task.sleep(for: Self.unplugPatience)) != nil else { return }
            self.settle(alias, .pending)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { removals[alias] = .awaited($0) }
    }

    /// Notes what has become of a removal, for whoever asked for it.
    func settle(_ alias: String, _ outcome: DeviceRemoval.Outcome) {
        switch removals[alias] {
        case .awaited(let continuation)?:
            removals[alias] = nil
            continuation.resume(returning: outcome)
        case .asked?: removals[alias] = .settled(outcome)
        case .settled?, nil: break
        }
    }

    /// What the monitor says about devices that come and go.
    func handleUnplug(_ event: QMPEvent) async {
        guard let alias = event.data["device"]?.string else { return }
        switch event.name {
        case "DEVICE_DELETED": await removed(alias)
        case "DEVICE_UNPLUG_GUEST_ERROR", "MEM_UNPLUG_ERROR": removalFailed(alias)
        default: break
        }
    }
}
