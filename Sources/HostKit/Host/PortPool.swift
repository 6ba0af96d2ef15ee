import LinuxSystem
import Synchronization

/// TCP ports of the host, such as those for guests' screens: each is given to one user at a time.
public final class PortPool: Sendable {
    private let range: ClosedRange<UInt16>
    private let taken = Mutex<Set<UInt16>>([])

    public init(_ range: ClosedRange<UInt16>) { self.range = range }

    /// Takes the first port that nobody has; nil when all are taken. `isFree` asks the system.
    public func take(isFree: (UInt16) -> Bool = HostPort.isFree) -> UInt16? {
        for port in range {
            let isOurs = taken.withLock { $0.insert(port).inserted }
            if !isOurs { continue }
            if isFree(port) { return port }
            give(back: port)
        }
        return nil
    }

    /// A port is known to be taken.
    public func note(_ port: UInt16) { taken.withLock { _ = $0.insert(port) } }

    /// Whoever had the port has ended.
    public func give(back port: UInt16) { taken.withLock { _ = $0.remove(port) } }
}
