import Roost
import Virt

extension Session {
    /// The connection to the daemon that is administered, which is opened if it must be.
    func administrator() async throws -> DaemonAdministrator {
        if let administered { return administered }
        let opened = try await explaining("Failed to connect to the admin server") {
            try await DaemonAdministrator.open(settings.uri)
        }
        administered = opened
        return opened
    }

    /// The server that an option names.
    func server(_ arguments: Arguments) async throws -> (DaemonAdministrator, AdminServer) {
        let administrator = try await administrator()
        return (administrator, try await administrator.server(named: try arguments.string("server") ?? ""))
    }

    /// The client that options name.
    func client(_ arguments: Arguments) async throws -> (DaemonAdministrator, AdminClient) {
        let id: UInt64 = try arguments.number("client") ?? 0
        let (administrator, server) = try await server(arguments)
        return (administrator, try await administrator.client(id, of: server))
    }
}
