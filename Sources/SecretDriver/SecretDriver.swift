import DriverKit
import LinuxSystem
import Logging
import Sealing
import Virt
import VirtDriver
import VirtXML

/// The driver of a host's secrets, for `secret:///system` and for every hypervisor's connections.
public final class SecretDriver: Driver {
    let registry = ObjectRegistry<StoredSecret>()
    let files: SecretFiles
    let events: EventHub
    public let name = "secret"
    private let log: Logger
    /// The path of the URI that it answers to.
    private let uriPath: String

    /// - Parameters:
    ///   - folder: where definitions and values are.
    ///   - keyFile: where the key is that values are sealed with.
    ///   - credentials: where systemd put credentials, if it did.
    ///   - uriPath: `/system`, or `/session` in the daemon of a user.
    public init(
        folder: String, keyFile: String, credentials: String?, uriPath: String, events: EventHub, log: Logger
    ) {
        files = SecretFiles(folder: folder, keys: KeyFiles(path: keyFile, credentials: credentials))
        (self.uriPath, self.events, self.log) = (uriPath, events, log)
    }

    /// Loads the secrets. What can't be read is told in the log, without any value, and left as it is.
    public func start() async throws(VirtError) {
        let content = try await files.definitions.load()
        for problem in content.problems { log.error("\(problem)") }
        try await registry.change { () throws(VirtError) in
            for found in content.found { self.take(found) }
            let gone = SecretEventLifecycleType.undefined.rawValue
            self.registry.tellUnfinished(in: self.events, gone: gone) { $0.secret.map { ($0.uuid, $0) } }
        }
    }

    private func take(_ found: DefinitionStore<SecretDefinition>.Found) {
        guard let uuid = found.definition.uuid else { return }
        var secret = StoredSecret(uuid: uuid, definition: found.definition)
        if let name = secret.name, registry[name] != nil {
            let path = files.definitions.documents.path(found.name)
            return log.error("'\(path)' is for the same use as another secret: it is passed over")
        }
        do throws(SystemError) { secret.value = try files.values.value(of: "\(uuid)") } catch {
            log.error("the value of secret '\(uuid)' can't be read: \(error)")
        }
        registry.put(secret)
    }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        try openHost(request, at: uriPath, events: events, from: .secret)
    }

    /// Every hypervisor's clients see the secrets.
    public func offer(to services: inout HostServices) {
        services.secrets = { LocalSecretService(driver: self, client: $0) }
    }
}

extension SecretDriver: SecretSource {
    public func secretValue(uuid: UUID, for usage: SecretUsageType) throws(VirtError) -> SecretBytes {
        let secret = try registry.object(uuid)
        let kind = secret.definition.usage.kind
        guard kind.type == usage else {
            throw VirtError(
                .invalidArg,
                "secret with uuid \(uuid) is of type '\(kind.rawValue)' not expected '\(SecretDefinition.Kind(usage).rawValue)' type",
                from: .secret)
        }
        return try secret.requireValue()
    }

    public func secretValue(for usage: SecretUsageType, _ id: String) throws(VirtError) -> SecretBytes {
        try secret(usage.rawValue, id).requireValue()
    }

    /// The secret for a use.
    func secret(_ usage: Int32, _ id: String) throws(VirtError) -> StoredSecret {
        if let secret = registry[StoredSecret.name(usage, id)] { return secret }
        throw StoredSecret.kind.none(matching: "usage '\(id)'")
    }
}
