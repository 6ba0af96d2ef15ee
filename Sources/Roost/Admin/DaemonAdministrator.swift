import ByteText
import LinuxSystem
import RemoteProtocol
import Virt

/// A connection to a daemon's socket for administration (`virAdmConnect`): its servers and clients, its log, its end.
///
/// Only root, and whom the daemon runs as, may have one.
public struct DaemonAdministrator: Sendable {
    /// The URI that it was opened with.
    public let uri: String
    private let client: RemoteClient

    /// Connects to the daemon that a URI such as `libvirtd:///system` means; this user's where it is nil (`virAdmConnectOpen`).
    ///
    /// - Throws: `configUnsupported` where the URI is of no daemon, `systemError` where it can't be reached.
    public static func open(_ uri: String? = nil) async throws(VirtError) -> DaemonAdministrator {
        let text = uri ?? (ThisProcess.isRoot ? "libvirtd:///system" : "libvirtd:///session")
        let parsed = try ConnectionURI(text)
        guard daemons.contains(parsed.driver) else {
            throw VirtError(.configUnsupported, "Unsupported URI scheme '\(parsed.driver)'", from: .admin)
        }
        let client = try await RemoteClient.connect(to: .sockets(sockets(parsed)))
        let opened = DaemonAdministrator(uri: text, client: client)
        _ = try await client.call(AdminProgram.adminOpen, AdminOpenArguments())
        return opened
    }

    /// What daemons are called in URIs: libvirt's, and this one.
    private static let daemons: Set = [
        "libvirtd", "roostd", "virtbhyved", "virtchd", "virtinterfaced", "virtlockd", "virtlogd", "virtlxcd",
        "virtnetworkd", "virtnodedevd", "virtnwfilterd", "virtproxyd", "virtqemud", "virtsecretd",
        "virtstoraged", "virtvboxd", "virtvzd", "virtxend",
    ]

    private static func sockets(_ uri: ConnectionURI) -> [String] {
        if let socket = uri["socket"] { return [socket] }
        let isOne = uri.driver.hasBytePrefix("virt")
        let name = isOne ? "\(uri.driver)-admin-sock" : "libvirt-admin-sock"
        guard uri.path == "/session" else { return ["/run/roost/\(name)", "/run/libvirt/\(name)"] }
        let base = ThisProcess.environment("XDG_RUNTIME_DIR") ?? "/run/user/\(ThisProcess.user)"
        return ["\(base)/roost/\(name)", "\(base)/libvirt/\(name)"]
    }

    /// Ends the connection (`virAdmConnectClose`).
    public func close() async {
        _ = try? await client.call(AdminProgram.adminClose, Nothing())
        client.close()
    }

    /// The libvirt that the daemon stands for, as a number (`virAdmConnectGetLibVersion`).
    public func libraryVersion() async throws(VirtError) -> UInt64 {
        try await client.call(AdminProgram.adminGetLibVersion, Nothing()).libVer
    }

    /// Ends the daemon; its guests run on (`virAdmConnectDaemonShutdown`).
    public func shutDown() async throws(VirtError) {
        _ = try await client.call(AdminProgram.adminDaemonShutdown, AdminDaemonShutdownArguments())
    }

    /// Has the daemon end once it has had no client for so many seconds; 0 for never (`virAdmConnectSetDaemonTimeout`).
    public func setTimeout(_ seconds: UInt32) async throws(VirtError) {
        _ = try await client.call(
            AdminProgram.adminSetDaemonTimeout, AdminSetDaemonTimeoutArguments(timeout: seconds))
    }

    // MARK: Servers

    /// The daemon's servers (`virAdmConnectListServers`).
    public func servers() async throws(VirtError) -> [AdminServer] {
        try await client.call(AdminProgram.adminListServers, AdminListServersArguments(needResults: 1))
            .servers
    }

    /// The server of a name (`virAdmConnectLookupServer`). Throws `noServer`.
    public func server(named name: String) async throws(VirtError) -> AdminServer {
        try await client.call(AdminProgram.adminLookupServer, AdminLookupServerArguments(name: name)).srv
    }

    /// How many threads there are for calls (`virAdmServerGetThreadPoolParameters`).
    public func workers(of server: AdminServer) async throws(VirtError) -> [TypedParameter] {
        try await client.call(
            AdminProgram.adminServerGetThreadpoolParameters,
            AdminServerGetThreadpoolParametersArguments(server: server)
        ).parameters
    }

    /// Changes that (`virAdmServerSetThreadPoolParameters`).
    public func setWorkers(of server: AdminServer, _ parameters: [TypedParameter]) async throws(VirtError) {
        _ = try await client.call(
            AdminProgram.adminServerSetThreadpoolParameters,
            AdminServerSetThreadpoolParametersArguments(server: server, parameters: parameters))
    }

    /// How many clients there are and may be (`virAdmServerGetClientLimits`).
    public func clientLimits(of server: AdminServer) async throws(VirtError) -> [TypedParameter] {
        try await client.call(
            AdminProgram.adminServerGetClientLimits, AdminServerGetClientLimitsArguments(server: server)
        ).parameters
    }

    /// Changes how many there may be (`virAdmServerSetClientLimits`).
    public func setClientLimits(
        of server: AdminServer, _ parameters: [TypedParameter]
    ) async throws(VirtError) {
        _ = try await client.call(
            AdminProgram.adminServerSetClientLimits,
            AdminServerSetClientLimitsArguments(server: server, parameters: parameters))
    }

    /// Has the server read its certificates again (`virAdmServerUpdateTlsFiles`).
    public func updateTLSFiles(of server: AdminServer) async throws(VirtError) {
        _ = try await client.call(
            AdminProgram.adminServerUpdateTLSFiles, AdminServerUpdateTLSFilesArguments(server: server))
    }

    // MARK: Clients

    /// The clients of a server (`virAdmServerListClients`).
    public func clients(of server: AdminServer) async throws(VirtError) -> [AdminClient] {
        try await client.call(
            AdminProgram.adminServerListClients,
            AdminServerListClientsArguments(server: server, needResults: 1)
        ).clients
    }

    /// The client of a number (`virAdmServerLookupClient`). Throws `noClient`.
    public func client(_ id: UInt64, of server: AdminServer) async throws(VirtError) -> AdminClient {
        try await client.call(
            AdminProgram.adminServerLookupClient, AdminServerLookupClientArguments(server: server, id: id)
        ).clnt
    }

    /// Who a client is (`virAdmClientGetInfo`).
    public func identity(of other: AdminClient) async throws(VirtError) -> [TypedParameter] {
        try await client.call(AdminProgram.adminClientGetInfo, AdminClientGetInfoArguments(client: other))
            .parameters
    }

    /// Ends a client's connection (`virAdmClientClose`).
    public func disconnect(_ other: AdminClient) async throws(VirtError) {
        _ = try await client.call(AdminProgram.adminClientClose, AdminClientCloseArguments(client: other))
    }

    // MARK: Log

    /// What is logged of which part (`virAdmConnectGetLoggingFilters`).
    public func logFilters() async throws(VirtError) -> String {
        try await client.call(AdminProgram.adminGetLoggingFilters, AdminGetLoggingFiltersArguments()).filters
            ?? ""
    }

    /// Changes that (`virAdmConnectSetLoggingFilters`).
    public func setLogFilters(_ text: String) async throws(VirtError) {
        _ = try await client.call(
            AdminProgram.adminSetLoggingFilters, AdminSetLoggingFiltersArguments(filters: text))
    }

    /// Where the log goes (`virAdmConnectGetLoggingOutputs`).
    public func logOutputs() async throws(VirtError) -> String {
        try await client.call(AdminProgram.adminGetLoggingOutputs, AdminGetLoggingOutputsArguments()).outputs
    }

    /// Has it go elsewhere (`virAdmConnectSetLoggingOutputs`).
    public func setLogOutputs(_ text: String) async throws(VirtError) {
        _ = try await client.call(
            AdminProgram.adminSetLoggingOutputs, AdminSetLoggingOutputsArguments(outputs: text))
    }
}
