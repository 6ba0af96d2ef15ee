import DriverKit
import LinuxSystem
import Logging
import SecretDriver
import Synchronization
import Virt
import VirtDriver

/// A daemon's folder for one test, and drivers on it, one after the other.
final class Folder {
    let path: String
    var credentials: String?

    init() throws { path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/secrets-") }
    deinit { try? FileSystem.removeTree(path) }

    var secrets: String { path + "/secrets" }
    var keyFile: String { path + "/library/key" }
    var names: [String] { (try? FileSystem.names(in: secrets)) ?? [] }

    /// A driver that has just started on what is on disk.
    func driver(_ events: EventHub = EventHub()) async throws -> SecretDriver {
        let driver = SecretDriver(
            folder: secrets, keyFile: keyFile, credentials: credentials, uriPath: "/system", events: events,
            log: Logger(label: "secret") { _ in SwiftLogNoOpLogHandler() })
        try await driver.start()
        return driver
    }
}

/// What was heard, in order.
final class Heard: Sendable {
    private let events = Mutex<[Event]>([])
    var all: [Event] { events.withLock { $0 } }
    func hear(_ published: PublishedEvent) { events.withLock { $0.append(published.event) } }
}

func document(
    _ uuid: UUID? = nil, usage: String = "", ephemeral: String = "no", isPrivate: String = "no"
) -> String {
    let identity = uuid.map { "<uuid>\($0)</uuid>" } ?? ""
    return "<secret ephemeral='\(ephemeral)' private='\(isPrivate)'>\(identity)\(usage)</secret>"
}

func ceph(_ name: String) -> String { "<usage type='ceph'><name>\(name)</name></usage>" }

/// The error that a call ends with; nil if it doesn't.
func error<Value>(_ body: () async throws -> Value) async -> VirtError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? VirtError
    }
}

extension SecretDriver {
    /// The secrets as a hypervisor's client sees them.
    func service(readOnly: Bool) -> any SecretService {
        var services = HostServices()
        offer(to: &services)
        return services.secrets?(.thisProcess(readOnly: readOnly)) ?? UnsupportedSecretService()
    }
}
