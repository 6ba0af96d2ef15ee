import Glibc

/// A user of the machine. Looking one up may ask a directory server: call it within `Blocking.run`.
public struct UserAccount: Hashable, Sendable {
    public let name: String
    public let id: UInt32
    /// The user's own group.
    public let group: UInt32
    public let home: String
    public let shell: String

    /// The user with that name; nil when there is none.
    public static func named(_ name: String) throws(SystemError) -> UserAccount? {
        try find { getpwnam_r(name, $0, $1, $2, $3) }
    }

    /// The user with that number; nil when there is none.
    public static func withID(_ id: UInt32) throws(SystemError) -> UserAccount? {
        try find { getpwuid_r(id, $0, $1, $2, $3) }
    }

    /// All groups that the user belongs to, its own among them.
    public func groups() -> [UInt32] {
        var count: Int32 = 64
        while true {
            var groups = [gid_t](repeating: 0, count: Int(count))
            if getgrouplist(name, group, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
            if count <= groups.count { return [group] }
        }
    }

    private init(_ record: passwd) {
        name = String(cString: record.pw_name)
        id = record.pw_uid
        group = record.pw_gid
        home = String(cString: record.pw_dir)
        shell = String(cString: record.pw_shell)
    }

    private static func find(
        _ call: AccountCall<passwd>
    ) throws(SystemError) -> UserAccount? {
        try lookUp(passwd(), call) { UserAccount($0) }
    }
}

/// A group of the machine.
public struct GroupAccount: Hashable, Sendable {
    public let name: String
    public let id: UInt32

    /// The group with that name; nil when there is none.
    public static func named(_ name: String) throws(SystemError) -> GroupAccount? {
        try lookUp(group(), { getgrnam_r(name, $0, $1, $2, $3) }) { GroupAccount($0) }
    }

    /// The group with that number; nil when there is none.
    public static func withID(_ id: UInt32) throws(SystemError) -> GroupAccount? {
        try lookUp(group(), { getgrgid_r(id, $0, $1, $2, $3) }) { GroupAccount($0) }
    }

    private init(_ record: group) {
        name = String(cString: record.gr_name)
        id = record.gr_gid
    }
}

private typealias AccountCall<Record> = (
    UnsafeMutablePointer<Record>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<Record>?>
) -> Int32

/// One look-up with a buffer that grows as the record needs.
private func lookUp<Record, Account>(
    _ empty: Record, _ call: AccountCall<Record>, _ make: (Record) -> Account
) throws(SystemError) -> Account? {
    var size = 4096
    while true {
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
        defer { buffer.deallocate() }
        var record = empty
        var found: UnsafeMutablePointer<Record>?
        switch call(&record, buffer, size, &found) {
        case 0: return found == nil ? nil : make(record)
        case ENOENT, ESRCH: return nil
        case EINTR: continue
        case ERANGE where size < 1 << 20: size *= 4
        case let number: throw SystemError(call: "getpwnam", errno: number)
        }
    }
}
