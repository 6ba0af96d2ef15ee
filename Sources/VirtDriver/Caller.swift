import Virt

/// Who makes the call that a task is about.
public struct Caller: Sendable {
    public let client: Client
    /// The connection that the call came by, as the driver opened it, for what is to end with it.
    public let connection: any DriverConnection

    /// Who makes the call; nil where nobody's going would be noticed, and for calls that are answered from memory: a
    /// connection knows the client that opened it.
    @TaskLocal public static var current: Caller?

    /// - Parameter connection: what the client's URI opened.
    public init(_ client: Client, by connection: any DriverConnection) {
        (self.client, self.connection) = (client, connection.own)
    }

    /// Does something on behalf of a client.
    public func run<Value>(_ body: () async throws(VirtError) -> Value) async throws(VirtError) -> Value {
        let result = await Self.$current.withValue(self) { () async -> Result<Value, VirtError> in
            do throws(VirtError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
