import LinuxSystem
import Logging
import Synchronization
import Transport
import Virt
import VirtDriver

/// What a client may do at the socket that it came to.
enum Door: Sendable {
    case changing, reading, administration
}

/// The daemon's front: its sockets, its clients, the drivers that answer them.
public final class Server: Sendable {
    /// What `roostd.conf` says of it.
    public var configuration: Configuration { settings.withLock(\.self) }
    private let settings: Mutex<Configuration>
    let limits: Limits
    let routes = RouteTable.shared
    let log: Logger
    /// Users whose clients share no limit with others'.
    let trusted: Set<UInt32>
    let drivers: DriverSet
    let rights: @Sendable (PeerCredentials?) -> Client.Rights
    let places: (readWrite: ClientLimit, readOnly: ClientLimit, administration: ClientLimit)
    let trustedClients = UserClients.trusted()
    let readOnlyClients: UserClients
    let memory = MemoryReturn()
    let idle = IdleWatch()
    let turns: Turns
    let state: Mutex<State>

    struct State {
        var nextID: UInt64 = 1
        var sessions: [UInt64: Session] = [:]
        var listeners: [PacketListener] = []
        var users: [UserClients.Key: UserClients] = [:]
        /// Clients of one user that have opened nothing yet.
        var unopenedLimit: Int
        var administration: (any Administration)?
        /// A look at who keeps too much is due.
        var evictionIsDue = false
    }

    /// A server whose URIs `drivers` open.
    ///
    /// - Parameters:
    ///   - rights: what a client may do beside what the socket lets it that it came to.
    ///   - limits: what the configuration says when nil.
    ///   - trusted: the users whose clients share no limit: root, and whom the daemon runs as.
    public init(
        configuration: Configuration, drivers: DriverSet, limits: Limits? = nil,
        trusted: Set<UInt32> = [0, ThisProcess.user],
        rights: @escaping @Sendable (PeerCredentials?) -> Client.Rights = { _ in .all }, log: Logger
    ) {
        let limits = limits ?? Limits(configuration)
        settings = Mutex(configuration)
        self.limits = limits
        (self.drivers, self.rights) = (drivers, rights)
        self.trusted = trusted
        self.log = log
        places = (
            ClientLimit(limits.clients), ClientLimit(limits.readOnlyClients), ClientLimit(limits.clients)
        )
        state = Mutex(State(unopenedLimit: limits.unopenedUserClients))
        readOnlyClients = UserClients.readOnly(limits)
        turns = Turns { [memory] in memory.schedule() }
    }

    /// Listens on a socket that is there already; clients of a read-only one may change nothing.
    ///
    /// - Parameter isAccepting: whether clients are served at once, or from ``acceptClients()`` on.
    public func listen(on socket: Descriptor, readOnly: Bool, isAccepting: Bool = true) throws(SystemError) {
        try listen(on: socket, readOnly ? .reading : .changing, isAccepting: isAccepting)
    }

    func listen(on socket: Descriptor, _ door: Door, isAccepting: Bool) throws(SystemError) {
        let limit =
            switch door {
            case .changing: places.readWrite
            case .reading: places.readOnly
            case .administration: places.administration
            }
        let listener = try PacketListener(socket, limit: limit, log: log, isAccepting: isAccepting) {
            [weak self] transport, place in self?.accept(transport, place, at: door)
        }
        state.withLock { $0.listeners.append(listener) }
    }

    /// How many clients of one user may have opened nothing yet.
    var unopenedLimit: Int {
        get { state.withLock { $0.unopenedLimit } }
        set { state.withLock { $0.unopenedLimit = newValue } }
    }

    /// Goes by what was read anew: clients that come from now on are served so. Limits and sockets stay as they are.
    public func reload(_ configuration: Configuration) { settings.withLock { $0 = configuration } }

    /// Serves the clients that have come meanwhile, and all that come.
    public func acceptClients() {
        for listener in state.withLock({ $0.listeners }) { listener.start() }
    }

    /// Takes no more clients and ends those that there are.
    public func stop() {
        let (listeners, sessions) = state.withLock { state in
            defer { state.listeners = [] }
            return (state.listeners, Array(state.sessions.values))
        }
        for listener in listeners { listener.stop() }
        for session in sessions { session.close() }
    }
}
