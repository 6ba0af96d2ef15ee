import Daemon
import LinuxSystem
import Logging
import Roost
import TestDriver
import Virt

/// A daemon of a test's own, with the test driver behind it, on sockets that no file stands for.
struct TestDaemon {
    private let server: Server
    private let socket: String

    init() throws {
        socket = "@roost-test-\(UUID.random())"
        server = Server(configuration: Configuration(), drivers: [TestDriver()], log: Logger(label: "test"))
        try server.listen(on: UnixSocket.listen(at: socket), readOnly: false)
        try server.listen(on: UnixSocket.listen(at: socket + "-ro"), readOnly: true)
    }

    /// A client of the socket, or of the read-only one.
    func connect(readOnly: Bool = false) async throws(VirtError) -> Connection {
        let path = readOnly ? socket + "-ro" : socket
        return try await Connection.open("test+unix:///default?socket=\(path)", readOnly: readOnly)
    }

    func stop() { server.stop() }
}
