import ByteText

/// What `roostd.conf` says: `key = value` lines, libvirt's names.
public struct Configuration: Sendable {
    /// What a client gets that opens no URI.
    public var defaultURI = "qemu:///system"
    /// The mode of the socket that may change things.
    public var readWriteMode: UInt32 = 0o700
    /// The mode of the socket that may only read.
    public var readOnlyMode: UInt32 = 0o777
    /// The group that owns the sockets, if it isn't the daemon's own.
    public var socketGroup: String?
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

    /// Where the program stands that is the user network of guests; the usual place when nil.
    public var slirpHelper: String?
    /// Whether nbdkit fetches images from web and SSH servers even where QEMU could.
    public var usesNbdkit = false

    /// The user that guests run as; one of QEMU's own when nil.
    public var guestUser: String?
    /// How many bytes a guest's log has before it turns over, and how many former ones are kept.
    public var logSize = 2 << 20
    public var logBackups = 3

    public init() {}

    /// Reads the text of a configuration file; throws with the line that is wrong.
    public init(text: String, name: String) throws(ConfigurationError) {
        for (index, raw) in text.split(atByte: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = (raw.cut(atByte: "#")?.before ?? raw).trimmingBlanks()
            if line.isEmpty { continue }
            let pair = line.split(atByte: "=", maxSplits: 1).map { String($0.trimmingBlanks()) }
            guard pair.count == 2 else {
                throw ConfigurationError(file: name, line: index + 1, reason: "it should read: key = value")
            }
            guard set(pair[0], to: unquoted(pair[1])) else {
                throw ConfigurationError(
                    file: name, line: index + 1, reason: "'\(pair[0])' can't be \(pair[1])")
            }
        }
    }

    /// Sets one value; false where it isn't one. Keys that only libvirtd knows are passed over.
    private mutating func set(_ key: String, to value: String) -> Bool {
        func number(_ target: inout Int, upTo limit: Int = 1_000_000 - 1) -> Bool {
            guard let parsed = Int(value), parsed >= -1, parsed <= limit else { return false }
            target = parsed
            return true
        }
        func mode(_ target: inout UInt32) -> Bool {
            guard let parsed = UInt32(value, radix: 8), parsed <= 0o777 else { return false }
            target = parsed
            return true
        }
        switch key {
        case "uri_default": defaultURI = value
        case "unix_sock_rw_perms": return mode(&readWriteMode)
        case "unix_sock_ro_perms": return mode(&readOnlyMode)
        case "unix_sock_group": socketGroup = value
        case "max_clients": return number(&maxClients) && maxClients > 0
        case "max_user_clients": return number(&maxUserClients) && maxUserClients > 0
        case "max_anonymous_clients": return number(&maxAnonymousClients) && maxAnonymousClients >= 0
        case "max_client_requests": return number(&maxClientRequests) && maxClientRequests > 0
        case "max_requests": return number(&maxRequests) && maxRequests > 0
        case "keepalive_interval": return number(&keepaliveInterval)
        case "keepalive_count": return number(&keepaliveCount) && keepaliveCount >= 0
        case "event_journal_size":
            return number(&eventJournalSize, upTo: 1 << 40)
                && (eventJournalSize == 0 || eventJournalSize >= 1 << 20)
        case "slirp_helper": slirpHelper = value
        case "user": guestUser = value
        case "max_size": return number(&logSize, upTo: 1 << 40) && logSize >= 0
        case "max_backups": return number(&logBackups, upTo: 100) && logBackups >= 0
        case "storage_use_nbdkit":
            guard value == "0" || value == "1" else { return false }
            usesNbdkit = value == "1"
        default: break
        }
        return true
    }
}

/// What is wrong with a configuration file.
public struct ConfigurationError: Error, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var reason: String

    public var description: String { "\(file):\(line): \(reason)" }
}

private func unquoted(_ text: String) -> String {
    for quote in ["\"", "'"] where text.utf8.count >= 2 {
        if let inner = text.droppingBytePrefix(quote)?.droppingByteSuffix(quote) { return String(inner) }
    }
    return text
}
