import LinuxSystem
import Synchronization
import Transport
import Virt

/// What administrators see and change of the server's clients.
extension Server {
    /// Listens on a socket for those who administer the daemon: root, and whom it runs as.
    public func listen(
        on socket: Descriptor, for administration: any Administration, isAccepting: Bool = true
    ) throws(SystemError) {
        state.withLock { $0.administration = administration }
        try listen(on: socket, .administration, isAccepting: isAccepting)
    }

    /// The clients of one of the servers, the oldest first.
    func sessions(of server: AdministeredServer) -> [Session] {
        state.withLock { state in
            state.sessions.values.filter { $0.isForAdministration == (server == .admin) }
        }.sorted { $0.id < $1.id }
    }

    func session(_ id: UInt64, of server: AdministeredServer) throws(VirtError) -> Session {
        guard let session = sessions(of: server).first(where: { $0.id == id }) else {
            throw VirtError(.noClient, "No client with matching ID '\(id)'", from: .admin)
        }
        return session
    }

    // MARK: Calls at once

    /// There is a thread for each processor, and none is added or taken: calls that wait hold none.
    func workers(of server: AdministeredServer) -> [TypedParameter] {
        let (threads, sessions) = (
            UInt32(clamping: HostTopology.onlineProcessors.count), sessions(of: server)
        )
        let busy = sessions.reduce(0) { $0 + $1.runningCalls }
        return [
            TypedParameter("minWorkers", .uint(threads)), TypedParameter("maxWorkers", .uint(threads)),
            TypedParameter("nWorkers", .uint(threads)),
            TypedParameter("freeWorkers", .uint(threads - min(threads, UInt32(clamping: busy)))),
            TypedParameter("prioWorkers", .uint(0)),
            TypedParameter(
                "jobQueueDepth", .uint(UInt32(clamping: sessions.reduce(0) { $0 + $1.waitingCalls }))),
        ]
    }

    // MARK: Limits

    func clientLimits(of server: AdministeredServer) -> [TypedParameter] {
        let sessions = sessions(of: server)
        let (most, unopened) =
            server == .admin ? (places.administration.maximum, 0) : (places.readWrite.maximum, unopenedLimit)
        return [
            TypedParameter("nclients_max", .uint(UInt32(clamping: most))),
            TypedParameter("nclients", .uint(UInt32(clamping: sessions.count))),
            TypedParameter("nclients_unauth_max", .uint(UInt32(clamping: unopened == .max ? 0 : unopened))),
            TypedParameter("nclients_unauth", .uint(UInt32(clamping: sessions.count { !$0.hasOpened }))),
        ]
    }

    /// Changes how many clients there may be; those that there are stay.
    func setClientLimits(of server: AdministeredServer, _ parameters: [TypedParameter]) throws(VirtError) {
        var (most, unopened): (Int?, Int?)
        for parameter in parameters {
            switch (parameter.field, parameter.value) {
            case ("nclients_max", .uint(let value)): most = Int(value)
            case ("nclients_unauth_max", .uint(let value)): unopened = Int(value)
            default:
                throw VirtError(
                    .argumentUnsupported, "parameter '\(parameter.field)' not supported", from: .admin)
            }
        }
        let limit = server == .admin ? places.administration : places.readWrite
        let current = server == .admin || unopenedLimit == .max ? 0 : unopenedLimit
        if (most ?? limit.maximum) < (unopened ?? current) {
            throw VirtError(
                .invalidArg,
                "The overall maximum number of clients must not be less than the number of clients waiting for "
                    + "authentication", from: .admin)
        }
        if let most {
            limit.resize(to: most)
            if server == .libvirtd { places.readOnly.resize(to: most) }
        }
        if let unopened, server == .libvirtd { unopenedLimit = unopened == 0 ? .max : unopened }
    }
}
