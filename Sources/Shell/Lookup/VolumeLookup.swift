import ByteText
import Roost
import Virt

/// How a volume may be said.
enum VolumeWord: Sendable {
    case name, key, path
}

extension Session {
    /// The volume that the option `vol` says: by its name in the pool that another option says, by key, or by path.
    ///
    /// - Parameters:
    ///   - poolOption: the option that says the pool, if the command has one.
    ///   - words: how it may be said.
    func volume(
        _ arguments: Arguments, pool poolOption: String? = "pool",
        by words: [VolumeWord] = [.name, .key, .path]
    ) async throws -> StorageVol {
        let text = try arguments.required("vol")
        let pool = try await poolOption.flatMapAsync { (option) in
            arguments.has(option) ? try await self.pool(arguments, option: option) : nil
        }
        let connection = try await connected()
        let hint = pool == nil && poolOption != nil && words.contains(.name)
        let failure =
            "failed to get vol '\(text)'" + (hint ? ", specifying --\(poolOption ?? "pool") might help" : "")
        var found: StorageVol?
        if words.contains(.name), let pool {
            if try await !pool.isActive() { throw Failure("pool '\(pool.reference.name)' is not active") }
            found = try? await pool.storageVolLookupByName(name: text)
        }
        if found == nil, words.contains(.key) {
            found = try? await connection.storageVolLookupByKey(key: text)
        }
        if found == nil {
            found = try await explaining(failure) { try await connection.storageVolLookupByPath(path: text) }
        }
        guard let found else { throw Failure(failure) }
        guard let pool else { return found }
        let own = try await found.storagePoolLookupByVolume()
        if own.reference.uuid == pool.reference.uuid { return found }
        throw Failure(
            "Requested volume '\(text)' is not in pool '\(pool.reference.name)'")
    }
}

extension Optional {
    fileprivate func flatMapAsync<Other>(
        _ body: (Wrapped) async throws -> Other?
    ) async rethrows -> Other? {
        guard let self else { return nil }
        return try await body(self)
    }
}

extension CommandOption {
    static let volume = CommandOption.required("vol", "vol name, key or path")
    static let volumePool = CommandOption.optional("pool", "pool name or uuid", complete: .pools)
}
