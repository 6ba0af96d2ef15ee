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
        /// The guest has ended, and its devices with it.
        case ended
    }

    /// The guest has ended: whoever waits for its answer hears that.
    func end() {
        if case .awaited(let continuation) = self { continuation.resume(returning: .ended) }
    }
}

extension QEMUDomain {
    /// Has QEMU ask the guest to let go of a device; `removal(of:)` waits for what becomes of it.
    func askRemoval(of alias: String) async throws(VirtError) {
        let run = try requireGuest().id
        guest?.removals[alias] = .asked
        do throws(VirtError) {
            try await ask("device_del", ["id": .string(alias)])
        } catch {
            if guest(run) != nil { guest?.removals[alias] = nil }
            throw error
        }
    }

    /// Waits until the guest has answered, but not for ever.
    func removal(of alias: String) async -> DeviceRemoval.Outcome {
        guard let run = guest?.id else { return .ended }
        let patience = context.configuration.unplugPatience
        let timer = Task {
            guard (try? await Task.sleep(for: patience)) != nil else { return }
            if self.guest(run) != nil { self.settle(alias, .pending) }
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            // Looked at here and not before: to get here may have taken a wait.
            if let outcome = outcome(of: alias, run) { return continuation.resume(returning: outcome) }
            guest?.removals[alias] = .awaited(continuation)
        }
    }

    /// What has become of a removal already. Of a run that is being cleared away nobody would hear an answer.
    private func outcome(of alias: String, _ run: Int32) -> DeviceRemoval.Outcome? {
        guard let guest = guest(run) else { return .ended }
        guard case .settled(let outcome)? = guest.removals[alias] else { return nil }
        self.guest?.removals[alias] = nil
        return outcome
    }

    /// Notes what has become of a removal, for whoever asked for it.
    func settle(_ alias: String, _ outcome: DeviceRemoval.Outcome) {
        switch guest?.removals[alias] {
        case .awaited(let continuation)?:
            guest?.removals[alias] = nil
            continuation.resume(returning: outcome)
        case .asked?: guest?.removals[alias] = .settled(outcome)
        case .settled?, nil: break
        }
    }

    /// What the monitor says about devices that come and go.
    func handleUnplug(_ event: QMPEvent, of run: Int32) async {
        guard guest(run) != nil, let alias = event.data["device"]?.string else { return }
        switch event.name {
        case "DEVICE_DELETED": await removed(alias, of: run)
        case "DEVICE_UNPLUG_GUEST_ERROR", "MEM_UNPLUG_ERROR": removalFailed(alias)
        default: break
        }
    }
}
