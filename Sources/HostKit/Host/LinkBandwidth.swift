import Glibc
import LinuxSystem
import Virt
import VirtXML

/// How much a link of the host's may send and receive, as documents say it.
public enum LinkBandwidth {
    /// Limits a link both ways, or takes a limit away that isn't there. May wait.
    ///
    /// - Throws: `operationUnsupported` where the kernel lacks what it takes.
    public static func limit(
        _ link: String, sending: Bandwidth.Limits?, receiving: Bandwidth.Limits?
    ) throws(VirtError) {
        try report(link, "htb") { () throws(SystemError) in
            try TrafficControl.limitSending(link, sending?.traffic)
        }
        try limitReceiving(link, receiving)
    }

    /// The same for what comes in alone.
    public static func limitReceiving(_ link: String, _ limits: Bandwidth.Limits?) throws(VirtError) {
        try report(link, "police") { () throws(SystemError) in
            try TrafficControl.limitReceiving(link, limits?.traffic)
        }
    }

    /// Does something with a link's traffic control.
    ///
    /// - Parameter part: the part of it without which the kernel can't.
    public static func report(
        _ link: String, _ part: String, _ body: () throws(SystemError) -> Void
    ) throws(VirtError) {
        do throws(SystemError) { try body() } catch {
            let lacks = error.errno == ENOENT || error.errno == EOPNOTSUPP
            let why = lacks ? "the kernel's traffic control has no '\(part)'" : error.reason
            throw VirtError(
                lacks ? .operationUnsupported : .systemError,
                "cannot set bandwidth limits on \(link): \(why)", from: .none)
        }
    }
}

extension Bandwidth.Limits {
    /// The limit in bytes, of which documents count thousands a second, and 1,024 at once; nil where there is no average.
    public var traffic: TrafficControl.Limit? {
        guard let average, average > 0 else { return nil }
        return TrafficControl.Limit(
            average: Self.bytes(average, of: 1000), peak: peak.map { Self.bytes($0, of: 1000) },
            burst: burst.map { Self.bytes($0, of: 1024) })
    }

    /// What is promised, in bytes a second.
    public var promised: UInt64 { Self.bytes(floor ?? 0, of: 1000) }

    private static func bytes(_ amount: UInt64, of unit: UInt64) -> UInt64 {
        let (bytes, isTooMuch) = amount.multipliedReportingOverflow(by: unit)
        return isTooMuch ? .max : bytes
    }
}
