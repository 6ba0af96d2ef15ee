import CLinux
import Glibc
import Synchronization

extension EventLoop {
    /// A descriptor that the loop watches; no longer when this is cancelled or let go.
    public final class Registration: Sendable {
        /// What is watched; held open by this registration.
        public let descriptor: Descriptor
        private let loop: EventLoop
        private let id: UInt64

        init(descriptor: Descriptor, loop: EventLoop, id: UInt64) {
            self.descriptor = descriptor
            self.loop = loop
            self.id = id
        }

        deinit { cancel() }

        /// Watches for `events` from now on. An empty set leaves hang-up and error, which are always told.
        public func modify(_ events: ReadyEvents) throws(SystemError) {
            try loop.control(EPOLL_CTL_MOD, descriptor, events, id)
        }

        /// Ends the watch. A call that the loop has begun on its thread may still finish.
        public func cancel() {
            let handler = loop.state.withLock { $0.sources.removeValue(forKey: id) }
            guard handler != nil else { return }
            try? loop.control(EPOLL_CTL_DEL, descriptor, [], id)
        }
    }

    /// Watches `descriptor` for `events`; `handler` is called on the loop's thread with what is ready.
    public func register(
        _ descriptor: Descriptor, for events: ReadyEvents, handler: @escaping Handler
    ) throws(SystemError) -> Registration {
        let id = state.withLock { state in
            let id = state.newID()
            state.sources[id] = handler
            return id
        }
        do throws(SystemError) {
            try control(EPOLL_CTL_ADD, descriptor, events, id)
        } catch {
            _ = state.withLock { $0.sources.removeValue(forKey: id) }
            throw error
        }
        return Registration(descriptor: descriptor, loop: self, id: id)
    }

    private func control(
        _ operation: Int32, _ descriptor: Descriptor, _ events: ReadyEvents, _ id: UInt64
    ) throws(SystemError) {
        var event = epoll_event(events: events.rawValue, data: epoll_data_t(u64: id))
        try checked("epoll_ctl") {
            epoll_ctl(epoll.rawValue, operation, descriptor.rawValue, &event)
        }
    }
}
