import LinuxSystem
import Logging
import Roost
import Synchronization
import TestDriver
import Virt
import VirtDriver

@testable import Daemon

/// A daemon of a test's own, with the test driver behind it, on sockets that no file stands for.
struct TestDaemon {
    let server: Server
    let path: String

    /// - Parameter trusted: whose clients share no limit; this process' user is not among them where it is empty.
    init(
        drivers: [any Driver] = [TestDriver()], limits: Limits? = nil, trusted: Set<UInt32>? = nil,
        rights: @escaping @Sendable (PeerCredentials?) -> Client.Rights = { _ in .all },
        log: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws {
        path = "@roost-test-\(UUID.random())"
        server = Server(
            configuration: Configuration(), drivers: DriverSet(drivers), limits: limits,
            trusted: trusted ?? [ThisProcess.user], rights: rights, log: log)
        try server.listen(on: UnixSocket.listen(at: path), readOnly: false)
        try server.listen(on: UnixSocket.listen(at: path + "-ro"), readOnly: true)
    }

    /// A client of the socket, or of the read-only one.
    func connect(
        to uri: String = "test:///default", readOnly: Bool = false
    ) async throws(VirtError) -> Connection {
        let path = readOnly ? path + "-ro" : path
        let parts = uri.split(separator: ":", maxSplits: 1)
        return try await Connection.open("\(parts[0])+unix:\(parts[1])?socket=\(path)", readOnly: readOnly)
    }

    /// The sessions that there are.
    var sessions: [Session] { server.state.withLock { Array($0.sessions.values) } }

    /// Waits until something is so of all sessions.
    func wait(until condition: (Session) -> Bool) async {
        while sessions.isEmpty || !sessions.allSatisfy(condition) { await Self.nextTurn() }
    }

    /// Waits until a client is taken again, as places become free.
    func opensAgain(_ path: String) async throws {
        while true {
            let client = try await RawClient(path)
            defer { client.close() }
            if (try? await client.open("test:///default")) != nil { return }
            await Self.nextTurn()
        }
    }

    static func nextTurn() async {
        await withUnsafeContinuation { done in EventLoop.shared.inNextTurn { done.resume() } }
    }

    func stop() { server.stop() }
}
