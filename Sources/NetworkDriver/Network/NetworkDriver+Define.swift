import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

extension NetworkDriver {
    /// Defines a network, or what one is the next time that it starts.
    func define(_ definition: NetworkDefinition) async throws(VirtError) -> NetworkReference {
        try await registry.change { () throws(VirtError) in
            let (uuid, complete) = try self.complete(definition, toStart: false)
            var network = self.registry[uuid] ?? LocalNetwork(uuid: uuid)
            network.persistent = complete
            try self.registry.put(network, telling: network.event(.defined), in: self.events) {
                () throws(VirtError) in try self.definitions.save(complete, as: complete.name)
            }
            return network.reference
        }
    }

    /// Starts a network that is there only as long as it runs.
    func createTransient(_ definition: NetworkDefinition) async throws(VirtError) -> NetworkReference {
        try await registry.change { () throws(VirtError) in
            let (uuid, complete) = try self.complete(definition, toStart: true)
            var network = self.registry[uuid] ?? LocalNetwork(uuid: uuid)
            let persistent = network.persistent
            network.persistent = complete
            try self.start(&network)
            network.persistent = persistent
            self.registry.put(network)
            self.events.publish(network.event(.started))
            return network.reference
        }
    }

    /// A document with what the daemon chooses. Throws where its name or bridge is another network's, or where dnsmasq
    /// can't be told what it says.
    func complete(
        _ given: NetworkDefinition, toStart: Bool
    ) throws(VirtError) -> (UUID, NetworkDefinition) {
        var definition = given
        let uuid = definition.uuid ?? .random()
        definition.uuid = uuid
        try DocumentStore.check(name: definition.name, from: .network)
        try definition.checkSupport(tree)
        try registry.check(definition.name, uuid, toStart: toStart)
        let taken = bridges(but: uuid)
        if let bridge = definition.bridge?.name, taken.contains(ByteName(bridge)) {
            throw VirtError(.internalError, "bridge name '\(bridge)' already in use.", from: .network)
        }
        if definition.hasOwnBridge {
            if definition.bridge?.name == nil { try chooseBridge(&definition, taken) }
            if definition.mac == nil { definition.mac = .random() }
            try configuration(of: definition).check()
        }
        return (uuid, definition)
    }

    /// The names of bridges of other networks.
    private func bridges(but uuid: UUID) -> Set<ByteName> {
        Set(
            registry.all.filter { $0.uuid != uuid }.flatMap { [$0.live, $0.persistent] }
                .compactMap { $0?.bridge?.name }.map { ByteName($0) })
    }

    private func chooseBridge(
        _ definition: inout NetworkDefinition, _ taken: Set<ByteName>
    ) throws(VirtError) {
        let links = try VirtError.reporting("cannot list the host's links", from: .network) {
            () throws(SystemError) in Set(try NetworkLinks.all().map { ByteName($0.name) })
        }
        let name = (0...256).lazy.map { "virbr\($0)" }.first {
            !taken.contains(ByteName($0)) && !links.contains(ByteName($0))
        }
        guard let name else {
            throw VirtError(.internalError, "Bridge generation exceeded max id 256", from: .network)
        }
        var bridge = definition.bridge ?? NetworkBridge()
        bridge.name = name
        definition.bridge = bridge
    }

    /// Forgets what a network is the next time; one that doesn't run is gone.
    func undefine(_ reference: NetworkReference) async throws(VirtError) {
        try await change(reference) { (network, told) throws(VirtError) in
            guard network.isPersistent else {
                throw VirtError(.operationInvalid, "can't undefine transient network", from: .network)
            }
            let (event, name) = (network.event(.undefined), network.title)
            try self.events.announcing(event) { () throws(VirtError) in try self.definitions.remove(name) }
            (network.persistent, network.isAutostarted) = (nil, false)
            told.append(event)
        }
    }

    func setAutostart(_ reference: NetworkReference, _ isAutostarted: Bool) async throws(VirtError) {
        try await change(reference) { (network, _) throws(VirtError) in
            guard network.isPersistent else {
                throw VirtError(
                    .operationInvalid, "cannot set autostart for transient network", from: .network)
            }
            if network.isAutostarted == isAutostarted { return }
            try self.definitions.setAutostarted(network.title, isAutostarted)
            network.isAutostarted = isAutostarted
        }
    }
}
