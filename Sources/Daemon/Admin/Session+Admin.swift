import LinuxSystem
import Logging
import RemoteProtocol
import Synchronization
import Virt
import VirtDriver

/// What a client at the administrators' socket may ask.
extension Session {
    static let adminCalls: [Int32: OwnCall] = {
        var calls: [Int32: OwnCall] = [:]
        calls.addConnecting()
        calls.addServers()
        calls.addClients()
        calls.addLogging()
        return calls
    }()

    /// What a client is known by to administrators.
    var adminClient: AdminClient {
        AdminClient(
            server: (isForAdministration ? AdministeredServer.admin : .libvirtd).reference, id: id,
            timestamp: Int64(clamping: connectedAt.seconds),
            transport: UInt32(clamping: ClientTransport.unix.rawValue))
    }

    /// Who a client is. May wait.
    var identityParameters: [TypedParameter] {
        var parameters = [TypedParameter("readonly", .boolean(isReadOnly))]
        guard let peer else { return parameters }
        let user = (try? UserAccount.withID(peer.user))?.name
        let group = (try? GroupAccount.withID(peer.group))?.name
        parameters.append(TypedParameter("unix_user_id", .int(Int32(truncatingIfNeeded: peer.user))))
        if let user { parameters.append(TypedParameter("unix_user_name", .string(user))) }
        parameters.append(TypedParameter("unix_group_id", .int(Int32(truncatingIfNeeded: peer.group))))
        if let group { parameters.append(TypedParameter("unix_group_name", .string(group))) }
        parameters.append(TypedParameter("unix_process_id", .int(peer.process)))
        return parameters
    }

    /// What is administered here.
    fileprivate func administration() throws(VirtError) -> any Administration {
        guard let administration = server.state.withLock({ $0.administration }) else {
            throw VirtError(.internalError, "nothing can be administered here", from: .admin)
        }
        return administration
    }

    /// Says who changed what.
    fileprivate func audit(_ text: String) { server.log.info("\(client.name): \(text)") }
}

extension [Int32: OwnCall] {
    fileprivate mutating func addConnecting() {
        add(AdminProgram.adminOpen) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            session.opened()
            return Nothing()
        }
        add(AdminProgram.adminClose) { (_, _) async throws(VirtError) in Nothing() }
        add(AdminProgram.adminGetLibVersion) { (session, _) async throws(VirtError) in
            AdminGetLibVersionAnswer(libVer: try session.administration().libraryVersion)
        }
        add(AdminProgram.adminDaemonShutdown) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            session.audit("ends the daemon")
            let administration = try session.administration()
            // The daemon's end closes the connection that the reply goes over.
            session.withState { $0.afterReply = { administration.shutDown() } }
            return Nothing()
        }
        add(AdminProgram.adminSetDaemonTimeout) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            session.audit("has the daemon end after \(it.timeout) s without clients")
            try session.administration().setTimeout(it.timeout)
            return Nothing()
        }
    }

    fileprivate mutating func addServers() {
        add(AdminProgram.adminListServers) { (_, it) async throws(VirtError) in
            try requireNone(it.flags)
            let all = AdministeredServer.allCases.map(\.reference)
            return AdminListServersReply(
                servers: it.needResults == 0 ? [] : all, result: UInt32(clamping: all.count))
        }
        add(AdminProgram.adminLookupServer) { (_, it) async throws(VirtError) in
            try requireNone(it.flags)
            return AdminLookupServerAnswer(srv: try AdministeredServer(it.name).reference)
        }
        add(AdminProgram.adminServerGetThreadpoolParameters) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let server = try AdministeredServer(it.server.name)
            return AdminServerGetThreadpoolParametersAnswer(parameters: session.server.workers(of: server))
        }
        add(AdminProgram.adminServerSetThreadpoolParameters) { (_, it) async throws(VirtError) in
            try requireNone(it.flags)
            _ = try AdministeredServer(it.server.name)
            throw VirtError(
                .operationUnsupported,
                "roostd has no workers to add or take: a call that waits holds no thread. What a client may "
                    + "have at once is max_client_requests in roostd.conf", from: .admin)
        }
        add(AdminProgram.adminServerGetClientLimits) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let server = try AdministeredServer(it.server.name)
            return AdminServerGetClientLimitsAnswer(parameters: session.server.clientLimits(of: server))
        }
        add(AdminProgram.adminServerSetClientLimits) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            try session.server.setClientLimits(of: try AdministeredServer(it.server.name), it.parameters)
            session.audit("changed how many clients there may be")
            return Nothing()
        }
        add(AdminProgram.adminServerUpdateTLSFiles) { (_, it) async throws(VirtError) in
            _ = try AdministeredServer(it.server.name)
            throw VirtError(
                .internalError, "no tls service found, unable to update tls files", from: .admin)
        }
    }

    fileprivate mutating func addClients() {
        add(AdminProgram.adminServerListClients) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let server = try AdministeredServer(it.server.name)
            let clients = limited(session.server.sessions(of: server), to: 16384).map(\.adminClient)
            return AdminServerListClientsReply(
                clients: it.needResults == 0 ? [] : clients, result: UInt32(clamping: clients.count))
        }
        add(AdminProgram.adminServerLookupClient) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let server = try AdministeredServer(it.server.name)
            return AdminServerLookupClientAnswer(
                clnt: try session.server.session(it.id, of: server).adminClient)
        }
        add(AdminProgram.adminClientGetInfo, place: .pool) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let server = try AdministeredServer(it.client.server.name)
            let client = try session.server.session(it.client.id, of: server)
            return AdminClientGetInfoAnswer(parameters: await Blocking.run { client.identityParameters })
        }
        add(AdminProgram.adminClientClose) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let server = try AdministeredServer(it.client.server.name)
            let client = try session.server.session(it.client.id, of: server)
            session.audit("ends the connection of \(client.client.name)")
            client.close()
            return Nothing()
        }
    }

    fileprivate mutating func addLogging() {
        add(AdminProgram.adminGetLoggingFilters) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let (text, count) = try session.administration().log.filters
            return AdminLoggingFiltersReply(
                filters: text.isEmpty ? nil : text, nfilters: UInt32(clamping: count))
        }
        add(AdminProgram.adminGetLoggingOutputs) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let (text, count) = try session.administration().log.outputs
            return AdminLoggingOutputsReply(outputs: text, noutputs: UInt32(clamping: count))
        }
        add(AdminProgram.adminSetLoggingFilters) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            try session.administration().log.setFilters(it.filters ?? "")
            session.audit("changed what is logged")
            return Nothing()
        }
        add(AdminProgram.adminSetLoggingOutputs, place: .pool) { (session, it) async throws(VirtError) in
            try requireNone(it.flags)
            let log = try session.administration().log
            try await Blocking.run { () throws(VirtError) in try log.setOutputs(it.outputs ?? "") }
            session.audit("changed where the log goes")
            return Nothing()
        }
    }
}

/// None of these calls has flags so far.
private func requireNone(_ flags: UInt32) throws(VirtError) {
    if flags != 0 {
        throw VirtError(.invalidArg, "unsupported flags (0x\(String(flags, radix: 16)))", from: .admin)
    }
}
