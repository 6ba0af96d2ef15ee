import ByteText
import DriverKit
import HostKit
import Virt
import VirtXML

/// The disks of an iSCSI target that guests log in to by themselves: the host has no devices of them.
struct DirectISCSIPool: PoolBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    private func command(for source: PoolSource) throws(VirtError) -> DirectISCSICommand {
        var command = DirectISCSICommand(source)
        guard let auth = source.auth else { return command }
        guard auth.type == "chap" else {
            throw VirtError(.xmlError, "iscsi-direct pool only supports 'chap' auth type", from: .storage)
        }
        let value = try driver.value(of: auth.secret, for: .iscsi)
        command.login = [
            "LIBISCSI_CHAP_USERNAME": auth.username,
            "LIBISCSI_CHAP_PASSWORD": String(decoding: value, as: UTF8.self),
        ]
        return command
    }

    func isThere() async -> Bool { (try? await look([:])) != nil }

    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let command = try command(for: pool.source)
        let listed = try await driver.text(of: command.units(), mixesOutputs: true)
        guard DirectISCSICommand.targets(in: listed).contains(where: { $0.hasSameBytes(as: command.target) })
        else {
            throw VirtError(
                .internalError, "Failed to login: '\(command.portal)' has no target '\(command.target)'",
                from: .storage)
        }
        var found = FoundContent()
        for unit in command.disks(in: listed) {
            guard let size = DirectISCSICommand.size(in: try await driver.text(of: command.size(of: unit)))
            else { continue }
            let volume = command.volume(unit, of: size)
            found.volumes[ByteName(volume.name)] = StoredVolume(definition: volume)
            found.sizes.capacity &+= size
            found.sizes.allocation &+= size
        }
        return found
    }

    func current(_ known: StoredVolume) async throws(VirtError) -> StoredVolume { known }

    func place(_ volume: inout StorageVolumeDefinition) throws(VirtError) {
        (volume.type, volume.target.format) = (.network, nil)
    }

    func requireLocal(to what: String) throws(VirtError) {
        throw VirtError(.noSupport, "storage pool doesn't support \(what)", from: .storage)
    }

    func findSources(_ question: PoolSource?) async throws(VirtError) -> [PoolSource] {
        guard let asked = question, let host = asked.hosts.first else {
            throw VirtError(.invalidArg, "hostname must be specified for iscsi sources", from: .storage)
        }
        if asked.initiator == nil {
            throw VirtError(.configUnsupported, "missing initiator IQN", from: .storage)
        }
        let command = try command(for: asked)
        return DirectISCSICommand.targets(in: try await driver.text(of: command.targets())).map { name in
            var (source, device) = (PoolSource(), PoolDevice())
            device.path = name
            (source.hosts, source.devices, source.initiator) = ([host], [device], asked.initiator)
            return source
        }
    }
}
