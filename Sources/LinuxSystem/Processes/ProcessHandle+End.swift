import Synchronization

/// Those who wait for the end of a process, and the one registration that they share: a loop watches a descriptor once.
struct EndWatchers {
    fileprivate var registration: EventLoop.Registration?
    fileprivate var handlers: [UInt64: @Sendable () -> Void] = [:]
    fileprivate var lastID: UInt64 = 0
}

extension ProcessHandle {
    /// A watch for the end of a process; no longer when this is cancelled or let go.
    public final class Watch: Sendable {
        private let process: ProcessHandle
        private let id: UInt64

        fileprivate init(_ process: ProcessHandle, _ id: UInt64) { (self.process, self.id) = (process, id) }

        deinit { cancel() }

        /// Ends the watch. A call that the loop has begun on its thread may still finish.
        public func cancel() { process.removeWatcher(id) }
    }

    /// Has `handler` called on the loop's thread, once, when the process ends or if it has ended already. Any number may
    /// wait at the same time.
    public func onEnd(
        loop: EventLoop = .shared, _ handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Watch {
        let id = try watchers.withLock { (watchers) throws(SystemError) in
            if watchers.registration == nil {
                watchers.registration = try loop.register(descriptor, for: [.readable, .edgeTriggered]) {
                    [weak self] _ in self?.tellEnd()
                }
            }
            watchers.lastID &+= 1
            watchers.handlers[watchers.lastID] = handler
            return watchers.lastID
        }
        return Watch(self, id)
    }

    private func tellEnd() {
        let (handlers, registration) = watchers.withLock { watchers in
            defer { (watchers.handlers, watchers.registration) = ([:], nil) }
            return (watchers.handlers.values, watchers.registration)
        }
        registration?.cancel()
        for handler in handlers { handler() }
    }

    private func removeWatcher(_ id: UInt64) {
        // What they hold is let go outside of the lock: that may end another watch.
        let unused = watchers.withLock { watchers in
            let handler = watchers.handlers.removeValue(forKey: id)
            guard handler != nil, watchers.handlers.isEmpty else {
                return (handler, EventLoop.Registration?.none)
            }
            defer { watchers.registration = nil }
            return (handler, watchers.registration)
        }
        unused.1?.cancel()
    }
}
