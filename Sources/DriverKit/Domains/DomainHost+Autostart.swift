import LinuxSystem
import Logging
import Virt

extension DomainHost {
    /// Starts the guests that are to start with the host. A daemon that starts anew while the host runs starts none: who
    /// has shut a guest off wants it off.
    ///
    /// Several start at a time, so that one that can't get on holds up nobody else.
    ///
    /// - Parameter mark: says for which start of the host guests have been started.
    public func autostart(_ mark: AutostartMark, log: Logger) async {
        guard await Blocking.run({ !mark.isSet }) else { return }
        let marked = domains.all.filter { $0.snapshot.isAutostarted || $0.snapshot.isAutostartedOnce }
        var waiting = marked.filter { !$0.snapshot.isActive }[...]
        await withTaskGroup(of: Void.self) { group in
            for domain in waiting.prefix(autostartedAtOnce) {
                group.addTask { await domain.autostart(log) }
            }
            waiting = waiting.dropFirst(autostartedAtOnce)
            while await group.next() != nil {
                if let domain = waiting.popFirst() { group.addTask { await domain.autostart(log) } }
            }
        }
        // This was the next time.
        for domain in marked where domain.snapshot.isAutostartedOnce {
            do throws(VirtError) { try await domain.changeAutostart(false, once: true) } catch {
                log.error(
                    "domain '\(domain.snapshot.name)' will start once more with the host: \(error.message)")
            }
        }
        let failure = await Blocking.run { mark.set() }
        if let failure { log.warning("guests may be started again by the next daemon: \(failure)") }
    }
}

/// How many guests start with the host at a time.
private let autostartedAtOnce = 8

extension LocalDomain {
    fileprivate func autostart(_ log: Logger) async {
        do throws(VirtError) {
            try await create()
        } catch {
            log.error("domain '\(snapshot.name)' could not be started: \(error.message)")
        }
    }
}
