import LinuxSystem
import Synchronization

/// Hears of it when anybody changes the host's rules or links, so that what a driver has made there stays.
public final class HostWatch: Sendable {
    private let news = Mutex<[NetlinkNews]>([])
    /// Whether the host is to be looked at soon: one look is for all changes up to it.
    private let isLooking = Atomic(false)
    private let hasNewRules = Atomic(false)

    public init() {}

    /// Has `look` called after anybody changes rules or links, from now on. It is kept up to date by the kernel's word, and
    /// asks nothing by itself.
    ///
    /// - Parameter look: is told whether rules have changed, and not links alone.
    public func begin(_ look: @escaping @Sendable (_ hasNewRules: Bool) async -> Void) throws(SystemError) {
        if news.withLock({ !$0.isEmpty }) { return }
        let handler: @Sendable () -> Void = { [weak self] in
            guard let self, !isLooking.exchange(true, ordering: .relaxed) else { return }
            Task {
                self.isLooking.store(false, ordering: .relaxed)
                await look(self.hasNewRules.exchange(false, ordering: .relaxed))
            }
        }
        let rulesHandler: @Sendable () -> Void = { [weak self] in
            self?.hasNewRules.store(true, ordering: .relaxed)
            handler()
        }
        let heard = [
            try NetlinkNews(of: .firewall, handler: rulesHandler),
            try NetlinkNews(of: .links, handler: handler),
        ]
        news.withLock { $0 = heard }
    }
}
