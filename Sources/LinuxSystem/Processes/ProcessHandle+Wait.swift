import Synchronization

extension ProcessHandle {
    /// Waits for the end, at most `limit`: whether it has ended by then. It cannot be cancelled.
    public func ends(within limit: Duration, loop: EventLoop = .shared) async -> Bool {
        if hasEnded { return true }
        let isAnswered = OnceFlag()
        let held = Mutex<(Watch?, EventLoop.Timer?)>((nil, nil))
        let result = await withUnsafeContinuation { (continuation: UnsafeContinuation<Bool, Never>) in
            let answer: @Sendable (Bool) -> Void = {
                if isAnswered.set() { continuation.resume(returning: $0) }
            }
            // Where the loop can't watch it, its end is seen when time is up.
            let timer = loop.schedule(after: limit) { [self] in answer(hasEnded) }
            let watch = try? onEnd(loop: loop) { answer(true) }
            held.withLock { $0 = (watch, timer) }
        }
        held.withLock { held in
            held.1?.cancel()
            held = (nil, nil)
        }
        return result
    }
}
