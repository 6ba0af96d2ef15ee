import LinuxSystem

/// Who owned a file before it was given to guests' user, so that it can be given back.
struct FileOwnership: Sendable, Equatable {
    let path: String
    let owner: FileOwner

    /// Gives the file back; one that is gone or was given to somebody else meanwhile is left alone. May wait.
    func restore(from account: FileOwner) {
        guard let file = try? FoundFile(path), file.owner.user == account.user else { return }
        try? file.give(to: owner)
    }

    /// Gives the file to guests' user once more. May wait.
    func give(to account: FileOwner) throws(SystemError) { try FoundFile(path).give(to: account) }
}

/// A file of the host as it is now. It is opened by its real path without following further links, and changed by
/// descriptor.
struct FoundFile {
    /// The path without links.
    let path: String
    private let descriptor: Descriptor
    private let status: FileStatus

    /// May wait.
    init(_ path: String) throws(SystemError) {
        self.path = try FileSystem.realPath(path)
        descriptor = try FileSystem.open(self.path, .pathOnly, links: .refuseLast)
        status = try descriptor.status()
    }

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
        try descriptor.setOwner(user: owner.user, group: owner.group)
    }
}
