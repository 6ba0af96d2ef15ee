import Virt

/// Who makes the call that a task is about.
public enum Caller {
    /// The connection that the call came by, for what is to end with it; nil where nobody's going would be noticed.
    @TaskLocal public static var connection: (any DriverConnection)?

    /// Does something on behalf of a client.
    public static func by<Value>(
        _ connection: any DriverConnection, _ body: () async throws(VirtError) -> Value
    ) async throws(VirtError) -> Value {
        let result = await $connection.withValue(connection) { () async -> Result<Value, VirtError> in
            do throws(VirtError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
