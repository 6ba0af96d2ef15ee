import DriverKit
import LinuxSystem
import Logging
import StorageDriver
import Testing
import Virt
import VirtDriver
import VirtXML

/// A host's folders for one test, and drivers on it, one after the other.
final class Host {
    let path: String

    init() throws { path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/storage-") }
    deinit { try? FileSystem.removeTree(path) }

    var places: StoragePlaces { StoragePlaces(StateLayout(root: path + "/state")) }
    /// Where the pool's files are.
    var pool: String { path + "/pool" }

    /// A driver that has just started on what is on disk.
    func driver(_ events: EventHub = EventHub()) async throws -> StorageDriver {
        let driver = StorageDriver(
            places: places, secrets: NoSecretSource(), uriPath: "/system", events: events,
            log: Logger(label: "storage") { _ in SwiftLogNoOpLogHandler() })
        try await driver.start()
        return driver
    }

    /// A client's connection to a driver that has just started.
    func connection() async throws -> any DriverConnection {
        let request = OpenRequest(try ConnectionURI("storage:///system"), for: .thisProcess())
        let opened = try await driver().open(request)
        return try #require(opened)
    }
}

extension DriverConnection {
    /// A pool that has just been started in a folder.
    func pool(_ name: String, at path: String) async throws -> any StoragePoolOperations {
        let document = "<pool type='dir'><name>\(name)</name><target><path>\(path)</path></target></pool>"
        return try storage.storagePool(await storage.storagePoolCreateXML(xml: document, flags: .withBuild))
    }
}

extension StoragePoolOperations {
    /// The names of its volumes.
    func names() async throws -> [String] { try await listVolumes().sorted() }
}

/// The error that a call ends with; nil if it doesn't.
func error<Value>(_ body: () async throws -> Value) async -> VirtError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? VirtError
    }
}
