/// The events of a monitor in order, until its connection has ended. One task may listen.
public struct QMPEvents: AsyncSequence, Sendable {
    public typealias Element = QMPEvent
    public typealias Failure = Never

    let monitor: QMPMonitor

    public func makeAsyncIterator() -> Iterator { Iterator(monitor: monitor) }

    public struct Iterator: AsyncIteratorProtocol {
        let monitor: QMPMonitor
        private var taken: ArraySlice<QMPEvent> = []

        init(monitor: QMPMonitor) { self.monitor = monitor }

        /// The next event; nil when the connection has ended, and at once when the task is cancelled, whatever waits.
        public mutating func next() async -> QMPEvent? {
            if taken.isEmpty, !Task.isCancelled { taken = await monitor.takeEvents()[...] }
            return Task.isCancelled ? nil : taken.popFirst()
        }
    }
}
