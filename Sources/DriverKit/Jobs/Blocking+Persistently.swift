import Glibc
import LinuxSystem

extension Blocking {
    /// Does something that may fail only for the moment, for want of memory or descriptors, until it succeeds or has
    /// been tried for some seconds.
    public static func runPersistently<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SystemError) -> Value
    ) async throws(SystemError) -> Value {
        var pause = GrowingPause(from: .milliseconds(20))
        for _ in 0..<8 {
            do throws(SystemError) {
                return try await run(body)
            } catch {
                guard [ENOMEM, EMFILE, ENFILE, EAGAIN, EINTR, ENOSPC].contains(error.errno) else {
                    throw error
                }
            }
            await pause.wait()
        }
        return try await run(body)
    }
}
