import Synchronization

/// TCP ports for the guests' screens: each is given to one guest at a time.
final class PortPool: Sendable {
    private let range: ClosedRange<UInt16>
    private let taken = Mutex<Set<UInt16>>([])

    init(_ range: ClosedRange<UInt16>) { self.range = range }

    /// Takes the first port that nobody has; nil when all are taken. `isFree` asks the system.
    func take(isFree: (UInt16) -> Bool) -> UInt16? {
        for port in range {
            let isOurs = taken.withLock { $0.insert(port).inserted }
            if !isOurs { continue }
            if isFree(port) { return port }
            give(back: port)
        }
        return nil
    }

    /// A port is known to be taken.
    func note(_ port: UInt16) { taken.withLock { _ = $0.insert(port) } }

    /// The guest has ended.
    func give(back port: UInt16) { taken.withLock { _ = $0.remove(port) } }
}
