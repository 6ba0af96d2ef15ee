import LinuxSystem
import RemoteProtocol

/// How much clients may have of the daemon: one, those of one user, and all that may only read.
///
/// Clients of root, and of the user whom the daemon runs as, share no limit with others: they are bound one by one.
public struct Limits: Sendable {
    /// Clients of the sockets that may change things; those of the read-only ones have places of their own.
    public var clients: Int
    public var readOnlyClients: Int
    /// Clients of one user, and those of them that have opened nothing yet.
    public var userClients: Int
    public var unopenedUserClients: Int
    /// How long a client may take until it opens something.
    public var openTime = Duration.seconds(60)

    /// Calls of one client that run at once. A few more are read, so that streams and signs of life between them come
    /// through; then the client isn't read until some are answered.
    public var calls: Int
    public var waitingCalls: Int { 4 * calls }
    /// Calls that run at once of one read-only user, and of all; what a snapshot answers isn't counted.
    public var readOnlyUserCalls: Int
    public var readOnlyCalls: Int

    /// Bytes that the daemon keeps of requests, replies and half messages: of one client, of a user, of all that only
    /// read. Who is at a limit isn't read; what holds it for `patience` ends, beginning with who has most.
    public var clientBytes = 2 * MessageLimit.message
    public var userBytes = 4 * MessageLimit.message
    public var readOnlyUserBytes = 8 << 20
    public var readOnlyBytes = 24 << 20
    public var patience = Duration.seconds(5)
    /// The largest message of a client that may only read.
    public var readOnlyMessage = 2 << 20
    /// How many bytes may wait for a client to read them before its calls wait, and before it loses the connection.
    public var waitingReplies = 1 << 20
    public var readOnlyOutput = 4 << 20

    /// Events that one client registers for, one read-only user, and all.
    public var registrations = 250
    public var readOnlyUserRegistrations = 1000
    public var readOnlyRegistrations = 4000

    /// What the configuration says, within what the limit of open files leaves: half of it for guests and their files.
    public init(_ configuration: Configuration, files: UInt64? = ThisProcess.fileLimit.soft) {
        let files = files.map { Int(clamping: $0) } ?? .max
        clients = min(configuration.maxClients, max(8, files / 4))
        readOnlyClients = min(configuration.maxClients, max(8, files / 4))
        userClients = min(configuration.maxUserClients, readOnlyClients)
        let unopened = configuration.maxAnonymousClients
        unopenedUserClients = unopened == 0 ? .max : unopened
        calls = configuration.maxClientRequests
        readOnlyCalls = configuration.maxRequests
        readOnlyUserCalls = max(1, configuration.maxRequests / 2)
    }
}
