import Glibc
import LinuxSystem

/// Who owned a file before it was given to guests' user, so that it can be given back.
public struct FileOwnership: Sendable, Equatable {
    public let path: String
    public let owner: FileOwner

    public init(path: String, owner: FileOwner) { (self.path, self.owner) = (path, owner) }

    /// Gives the file back; one that is gone or was given to somebody else meanwhile is left alone. May wait.
    func restore(from account: FileOwner) {
        // Where the path leads elsewhere by now, it isn't the file that was given.
        guard let file = try? FoundFile(path), file.path == path, file.owner.user == account.user else {
            return
        }
        try? file.give(to: owner)
    }

    /// Gives the file to guests' user. Whoever owns it by now, it must be who did, or the guests' user already; and the
    /// path must lead where it did. May wait.
    func handOver(to account: FileOwner) throws(SystemError) {
        let file = try FoundFile(path)
        if file.path == path, file.owner == account { return }
        guard file.path == path, file.owner == owner else {
            throw SystemError(call: "chown", errno: ESTALE, context: "\(path), which has become another file")
        }
        try file.give(to: account)
    }
}

/// A file of the host as it is now, held open: it is what changes hands, whoever changes the path meanwhile.
struct FoundFile {
    private let found: FoundPath
    private let status: FileStatus

    /// May wait.
    init(_ path: String) throws(SystemError) {
        found = try FileSystem.find(path)
        status = try found.descriptor.status()
    }

    /// The path without links.
    var path: String { found.path }

    var owner: FileOwner { FileOwner(user: status.user, group: status.group) }

    /// Whether it is something that changes hands at all: no folder, no socket.
    var isGivable: Bool { [.regular, .blockDevice, .characterDevice, .pipe].contains(status.kind) }

    func isUsable(by account: FileOwner, groups: [UInt32], isWritten: Bool) -> Bool {
        let wanted: UInt32 = isWritten ? 0o6 : 0o4
        if status.user == account.user { return status.mode >> 6 & wanted == wanted }
        if status.group == account.group || groups.contains(status.group) {
            return status.mode >> 3 & wanted == wanted
        }
        return status.mode & wanted == wanted
    }

    func give(to owner: FileOwner) throws(SystemError) {
        try found.descriptor.setOwner(user: owner.user, group: owner.group)
    }

    /// Refuses a file that somebody's link leads to who couldn't give it away: neither root, nor the file's owner. Guests'
    /// user is one of those, where it can write into the folder of an image.
    func requireOwnersPath() throws(SystemError) {
        guard let other = found.linkOwners.first(where: { $0 != status.user }) else { return }
        throw SystemError(
            call: "chown", errno: EPERM,
            context: "\(path), a file of user \(status.user) that a link of user \(other) leads to")
    }
}
