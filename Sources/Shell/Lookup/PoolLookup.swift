import Roost
import Virt

extension Session {
    /// The storage pool that an option names, by UUID or by name.
    func pool(
        _ arguments: Arguments, option: String = "pool", byName: Bool = true, byUUID: Bool = true
    ) async throws -> StoragePool {
        let text = try arguments.required(option)
        let connection = try await connected()
        return try await explaining("failed to get pool '\(text)'") {
            if byUUID, text.utf8.count == 36, let uuid = UUID(text) {
                return try await connection.storagePoolLookupByUUID(uuid: uuid)
            }
            if !byName { throw Failure() }
            return try await connection.storagePoolLookupByName(name: text)
        }
    }
}

extension Completer {
    /// The name of a storage pool.
    static let pools = Completer { session, _ in
        try await session.connected().listAllStoragePools(flags: []).map(\.reference.name)
    }
}

extension CommandOption {
    static let pool = CommandOption.required("pool", "pool name or uuid", complete: .pools)
}
