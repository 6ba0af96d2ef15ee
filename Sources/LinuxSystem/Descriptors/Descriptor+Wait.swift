import Synchronization

extension Descriptor {
    /// Waits until something can be read, at most `limit`, and reads it: no bytes at the end, nil when the time is
    /// over. The descriptor must not block.
    public func firstBytes(within limit: Duration, loop: EventLoop = .shared) async throws(SystemError)
        -> [UInt8]?
    {
        let isAnswered = OnceFlag()
        let held = Mutex<(EventLoop.Registration?, EventLoop.Timer?)>((nil, nil))
        let isReady = await withUnsafeContinuation { (continuation: UnsafeContinuation<Bool, Never>) in
            let answer: @Sendable (Bool) -> Void = {
                if isAnswered.set() { continuation.resume(returning: $0) }
            }
            let timer = loop.schedule(after: limit) { answer(false) }
            let registration = try? loop.register(self, for: [.readable, .edgeTriggered]) { _ in answer(true)
            }
            held.withLock { $0 = (registration, timer) }
            if registration == nil { answer(true) }
        }
        held.withLock { held in
            held.1?.cancel()
            held = (nil, nil)
        }
        return isReady ? try readOnce(atMost: 4096) : nil
    }
}
