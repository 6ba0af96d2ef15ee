/// The one door for work that may wait on the system: files, mounts, name lookups, starting programs.
public enum Blocking {
    /// Calls `body` on a thread of its own, outside the pool that runs tasks, and gives its result.
    ///
    /// Threads are made on demand and go when idle. A body that hangs (a dead NFS server) holds its own
    /// thread alone; only when `ThreadPool.bound` of them hang do others queue. Cancelling the task does not
    /// stop the body.
    public static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withUnsafeContinuation { continuation in
            ThreadPool.shared.submit {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
