import Glibc
import LinuxSystem
import Virt
import VirtXML

extension InterfaceDevice {
    /// Which way of a card's packets the host's end sends: what a tap sends the guest receives, and what a link on top of
    /// another sends comes from the guest.
    private var isSenderGuest: Bool { type == .direct }

    /// How much the host's end of the card may send.
    var sendingLimit: TrafficControl.Limit? {
        let limits = isSenderGuest ? bandwidth?.outbound : bandwidth?.inbound
        guard let limits, let average = limits.average, average > 0 else { return nil }
        func bytes(_ kilobytes: UInt64?) -> UInt64? {
            kilobytes.flatMap { $0 > 0 ? $0.multipliedReportingOverflow(by: 1000).partialValue : nil }
        }
        return TrafficControl.Limit(
            average: bytes(average) ?? 0, peak: bytes(limits.peak),
            burst: limits.burst.flatMap {
                $0 > 0 ? $0.multipliedReportingOverflow(by: 1024).partialValue : nil
            })
    }

    /// Refuses a limit of what the host's end of the card receives: that takes filters of the kernel's.
    func checkBandwidth(_ refuse: (String) -> VirtError) throws(VirtError) {
        let (way, limits) =
            isSenderGuest ? ("inbound", bandwidth?.inbound) : ("outbound", bandwidth?.outbound)
        if limits != nil { throw refuse("the \(way) bandwidth") }
        if (bandwidth?.inbound?.floor ?? 0) > 0 { throw refuse("the promised bandwidth") }
    }
}

extension HostCard {
    /// Limits what the end sends as its card says, or takes the limit away. May wait.
    func limit() throws(VirtError) {
        do throws(SystemError) {
            try TrafficControl.limitSending(name, card.sendingLimit)
        } catch {
            let lacks = error.errno == ENOENT || error.errno == EOPNOTSUPP
            let why = lacks ? "the kernel's traffic control has no 'htb'" : error.reason
            throw VirtError(
                lacks ? .operationUnsupported : .systemError,
                "cannot set bandwidth limits on \(name): \(why)",
                from: .none)
        }
    }
}
