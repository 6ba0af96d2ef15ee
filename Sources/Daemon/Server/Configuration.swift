import HostKit

/// What `roostd.conf` says of the daemon's front; libvirt's names.
public struct Configuration: Sendable {
    /// What a client gets that opens no URI.
    public var defaultURI = "qemu:///system"
    /// The mode of the socket that may change things.
    public var readWriteMode: UInt32 = 0o700
    /// The mode of the socket that may only read.
    public var readOnlyMode: UInt32 = 0o777
    /// The mode of the socket that the daemon is administered by.
    public var administrationMode: UInt32 = 0o700
    /// What is logged of which part, and where the log goes, where that isn't what the command line says.
    public var logFilters: String?
    public var logOutputs: String?
    /// The group that owns the sockets, if it isn't the daemon's own, and what is wrong where there is none of that name.
    public var socketGroup: (name: String, missing: ConfigurationFileError)?
    /// How many clients there may be at once, at the socket that may change things, and as many at the read-only one.
    public var maxClients = 5000
    /// How many clients one user may have at once, root and the daemon's own user aside; libvirt has no such key.
    public var maxUserClients = 500
    /// How many of them may not have opened anything yet; 0 is without limit.
    public var maxAnonymousClients = 100
    /// How many calls of one client run at once.
    public var maxClientRequests = 5
    /// How many calls run at once of all clients that may only read, other than root's.
    public var maxRequests = 20
    /// Seconds between two signs of life from a client; 0 for never.
    public var keepaliveInterval = 5
    /// How many signs of life may be missed.
    public var keepaliveCount = 5

    /// How many bytes the journal of events may take; 0 for none.
    public var eventJournalSize = 16 << 20

    public init() {}

    /// What counts at once when the file is read again; the rest is said once, when the daemon starts.
    public static let reloadableKeys: Set = [
        "uri_default", "keepalive_interval", "keepalive_count", "log_filters", "log_outputs",
    ]

    /// Takes what is for the daemon's front from a file, whose rest is answered; throws with the line that is wrong.
    public mutating func take(_ file: ConfigurationFile) throws(ConfigurationFileError) -> ConfigurationFile {
        try file.rest { (entry) throws(ConfigurationFileError) in try take(entry) }
    }

    private mutating func take(_ entry: ConfigurationFile.Entry) throws(ConfigurationFileError) -> Bool {
        switch entry.key {
        case "uri_default": defaultURI = try entry.text()
        case "unix_sock_rw_perms": readWriteMode = try entry.mode()
        case "unix_sock_ro_perms": readOnlyMode = try entry.mode()
        case "unix_sock_admin_perms": administrationMode = try entry.mode()
        case "log_filters": logFilters = try entry.text()
        case "log_outputs": logOutputs = try entry.text()
        case "unix_sock_group":
            let name = try entry.text()
            socketGroup = (name, entry.wrong(because: "there is no group '\(name)'"))
        case "max_clients": maxClients = try entry.number(in: 1...Self.most)
        case "max_user_clients": maxUserClients = try entry.number(in: 1...Self.most)
        case "max_anonymous_clients": maxAnonymousClients = try entry.number(in: 0...Self.most)
        case "max_client_requests": maxClientRequests = try entry.number(in: 1...Self.most)
        case "max_requests": maxRequests = try entry.number(in: 1...Self.most)
        case "keepalive_interval": keepaliveInterval = try entry.number(in: -1...Self.most)
        case "keepalive_count": keepaliveCount = try entry.number(in: 0...Self.most)
        case "event_journal_size":
            eventJournalSize = try entry.number(in: 0...1 << 40)
            if (1..<1 << 20).contains(eventJournalSize) { throw entry.wrong }
        default: return false
        }
        return true
    }

    /// The most of anything that is counted.
    private static let most = 999_999
}
