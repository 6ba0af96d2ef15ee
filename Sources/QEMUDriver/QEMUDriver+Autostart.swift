import DriverKit
import LinuxSystem
import Logging
import Virt

extension QEMUDriver {
    /// Starts the guests that are to start with the host. A daemon that starts anew while the host runs starts none: who
    /// has shut a guest off wants it off.
    ///
    /// Several start at a time, so that one that can't get on holds up nobody else.
    public func autostart() async {
        let mark = AutostartMark(folder: context.configuration.run)
        guard await Blocking.run({ !mark.isSet }) else { return }
        var waiting = context.domains.all.filter { $0.snapshot.isAutostarted && !$0.snapshot.isActive }[...]
        await withTaskGroup(of: Void.self) { group in
            for domain in waiting.popFirst(Self.startedAtOnce) {
                group.addTask { await self.autostart(domain) }
            }
            while await group.next() != nil {
                if let domain = waiting.popFirst() { group.addTask { await self.autostart(domain) } }
            }
        }
        let failure = await Blocking.run { mark.set() }
        if let failure { context.log.warning("guests may be started again by the next daemon: \(failure)") }
    }

    private static let startedAtOnce = 8

    private func autostart(_ domain: QEMUDomain) async {
        do throws(VirtError) {
            try await domain.create()
        } catch {
            context.log.error("domain '\(domain.snapshot.name)' could not be started: \(error.message)")
        }
    }
}

extension ArraySlice {
    /// Takes the first ones, `count` at most.
    fileprivate mutating func popFirst(_ count: Int) -> ArraySlice {
        defer { self = dropFirst(count) }
        return prefix(count)
    }
}

/// A file that says for which start of the host guests have been started: libvirt's `autostarted`, in a folder that need
/// not be emptied when the host starts.
struct AutostartMark: Sendable {
    private let path: String

    init(folder: String) { path = folder + "/autostarted" }

    /// Whether it was set since the host has started. May wait.
    var isSet: Bool {
        guard let text = try? FileSystem.readText(path, limit: 256) else { return false }
        return text == Self.thisStart
    }

    /// Notes that guests have been started; why that can't be. May wait.
    func set() -> SystemError? {
        do throws(SystemError) {
            try FileSystem.replace(path, with: Self.thisStart, mode: 0o600, survivesPowerCut: false)
            return nil
        } catch {
            return error
        }
    }

    private static var thisStart: String { ((try? Host.bootIdentity()) ?? "") + "\n" }
}
