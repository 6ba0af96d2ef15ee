import Glibc
import LinuxSystem

/// Who owned a file before it was given to a guest's user, so that it can be given back.
struct FileOwnership: Sendable, Equatable {
    let path: String
    let owner: FileOwner

    /// Gives `path` to `account` unless it can be used as it is; nil where nothing had to be changed. May wait.
    ///
    /// The file is opened by its real path without following further links, and changed by descriptor.
    static func give(
        _ path: String, to account: FileOwner, groups: [UInt32], writable: Bool
    ) throws(SystemError) -> FileOwnership? {
        let real = try FileSystem.realPath(path)
        let file = try FileSystem.open(real, .pathOnly, links: .refuseLast)
        let status = try file.status()
        guard status.kind == .regular || status.kind == .blockDevice || status.kind == .characterDevice else {
            return nil
        }
        if isUsable(status, by: account, groups: groups, writable: writable) { return nil }
        let former = FileOwnership(path: real, owner: FileOwner(user: status.user, group: status.group))
        try file.setOwner(user: account.user, group: account.group)
        return former
    }

    /// Gives the file back; one that is gone or was given to somebody else meanwhile is left alone. May wait.
    func restore(from account: FileOwner) {
        guard let file = try? FileSystem.open(path, .pathOnly, links: .refuseLast),
            let status = try? file.status(), status.user == account.user
        else { return }
        try? file.setOwner(user: owner.user, group: owner.group)
    }

    private static func isUsable(
        _ status: FileStatus, by account: FileOwner, groups: [UInt32], writable: Bool
    ) -> Bool {
        let wanted: UInt32 = writable ? 0o6 : 0o4
        if status.user == account.user { return status.mode >> 6 & wanted == wanted }
        if status.group == account.group || groups.contains(status.group) {
            return status.mode >> 3 & wanted == wanted
        }
        return status.mode & wanted == wanted
    }
}

extension QEMUConfiguration {
    /// Gives the guest's user the files that it needs and can't use yet; all or none. May wait.
    func give(_ files: [(path: String, isWritten: Bool)]) throws(SystemError) -> [FileOwnership] {
        guard givesImages, let account else { return [] }
        var given: [FileOwnership] = []
        do throws(SystemError) {
            for file in files where FileSystem.exists(file.path) {
                let former = try FileOwnership.give(
                    file.path, to: account, groups: groups, writable: file.isWritten)
                if let former { given.append(former) }
            }
        } catch {
            for file in given { file.restore(from: account) }
            throw error
        }
        return given
    }
}
