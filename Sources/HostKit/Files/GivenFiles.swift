import ByteText
import Glibc
import LinuxSystem
import Synchronization

/// A file of the host that a guest uses by its path.
public struct UsedFile: Hashable, Sendable {
    public let path: String
    public let isWritten: Bool

    public init(path: String, isWritten: Bool) { (self.path, self.isWritten) = (path, isWritten) }
}

/// The files of the host that guests' user has been given: each goes back to its owner when the last guest that uses it
/// has ended.
public final class GivenFiles: Sendable {
    private struct Loan {
        let owner: FileOwner
        var guests = 1
    }

    private let account: FileOwner?
    private let groups: [UInt32]
    private let loans = Mutex<[ByteName: Loan]>([:])

    /// - Parameter account: whom files are given to; nil to leave them as they are.
    public init(account: FileOwner?, groups: [UInt32]) {
        self.account = account
        self.groups = groups
    }

    /// Counts on the files that the guests' user is to be given: those that are there and that it can't use yet; all or
    /// none. Nothing changes hands before ``handOver(_:)``, so that whose they are can be written down first. May wait.
    ///
    /// - Returns: what a guest must give back in the end.
    public func reserve(_ files: [UsedFile]) throws(SystemError) -> [FileOwnership] {
        guard let account else { return [] }
        var reserved: [FileOwnership] = []
        do throws(SystemError) {
            for file in files where FileSystem.exists(file.path) {
                if let former = try reserve(file, for: account) { reserved.append(former) }
            }
        } catch {
            takeBack(reserved)
            throw error
        }
        return reserved
    }

    /// Gives the guests' user files that are reserved, unless it has them. Whoever calls takes them back where this
    /// throws. May wait.
    public func handOver(_ files: [FileOwnership]) throws(SystemError) {
        guard let account else { return }
        for file in files {
            do throws(SystemError) {
                try file.handOver(to: account)
            } catch {
                // Where files have no owners or may not change hands, QEMU is to say whether it can do without.
                if ![EPERM, EROFS, ENOSYS, EOPNOTSUPP].contains(error.errno) { throw error }
            }
        }
    }

    /// A guest that a former daemon has started has these files.
    public func note(_ files: [FileOwnership]) {
        for file in files { _ = enter(file) }
    }

    /// What a guest was given of which no record tells any more: those of its files that are the guests' user's. Nobody
    /// knows whose they were: they go back to root. May wait.
    public func presumed(_ files: [UsedFile]) -> [FileOwnership] {
        guard let account else { return [] }
        return files.compactMap { file in
            guard let found = try? FoundFile(file.path), found.isGivable, found.owner.user == account.user
            else { return nil }
            return FileOwnership(path: found.path, owner: FileOwner(user: 0, group: 0))
        }
    }

    /// Gives files back that no other guest has; those that are gone or belong to somebody else meanwhile are left
    /// alone. May wait.
    public func takeBack(_ files: [FileOwnership]) {
        guard let account else { return }
        for file in files where leave(file.path) {
            file.restore(from: account)
            // A guest that came meanwhile found it usable.
            if forget(file.path) == false { try? file.handOver(to: account) }
        }
    }

    private func reserve(_ file: UsedFile, for account: FileOwner) throws(SystemError) -> FileOwnership? {
        let found = try FoundFile(file.path)
        if let shared = join(found.path) { return shared }
        guard found.isGivable, !found.isUsable(by: account, groups: groups, isWritten: file.isWritten) else {
            // Another guest may have been given it in between.
            return join(found.path)
        }
        try found.requireOwnersPath()
        return enter(FileOwnership(path: found.path, owner: found.owner))
    }

    // MARK: Counting

    /// One more guest has a file that was given already.
    private func join(_ path: String) -> FileOwnership? {
        loans.withLock { loans in
            guard let loan = loans[ByteName(path)] else { return nil }
            loans[ByteName(path)]?.guests += 1
            return FileOwnership(path: path, owner: loan.owner)
        }
    }

    /// Notes whose a file is that is about to be given, unless another guest's start has just done so.
    private func enter(_ file: FileOwnership) -> FileOwnership {
        loans.withLock { loans in
            var loan = loans[ByteName(file.path)] ?? Loan(owner: file.owner, guests: 0)
            loan.guests += 1
            loans[ByteName(file.path)] = loan
            return FileOwnership(path: file.path, owner: loan.owner)
        }
    }

    /// One guest less has a file; whether none has.
    private func leave(_ path: String) -> Bool {
        loans.withLock { loans in
            loans[ByteName(path)]?.guests -= 1
            return loans[ByteName(path)].map { $0.guests <= 0 } ?? true
        }
    }

    /// Nobody has the file; false if somebody has by now.
    private func forget(_ path: String) -> Bool {
        loans.withLock { loans in
            guard loans[ByteName(path)].map({ $0.guests <= 0 }) ?? true else { return false }
            loans[ByteName(path)] = nil
            return true
        }
    }
}
