import ByteText
import DriverKit
import Leases
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension NetworkDriver {
    /// The records of the ports of a network that runs.
    func portRecords(of network: String) -> DocumentStore {
        DocumentStore(folder: "\(places.run)/\(network)/ports", survivesPowerCut: false)
    }

    /// Makes a port on a network that runs.
    ///
    /// - Parameter port: what becomes of the port on this network, beside these ones.
    func createPort(
        _ given: NetworkPortDefinition, on reference: NetworkReference,
        as port:
            @escaping @Sendable (NetworkDefinition, [NetworkPortDefinition]) throws(VirtError) ->
            NetworkPortDefinition
    ) async throws(VirtError) -> NetworkPortReference {
        guard let uuid = given.uuid else { throw Self.noPort(.zero) }
        try await change(reference) { (network, _) throws(VirtError) in
            let definition = try network.requireActive()
            if network.ports[uuid] != nil {
                throw VirtError(
                    .networkPortExist, "Network port with UUID \(uuid) already exists", from: .network)
            }
            let others = Array(network.ports.values)
            var port = try port(definition, others)
            try definition.checkAlone(port, beside: others)
            try definition.checkPromise(to: port, beside: others)
            try Self.giveClass(to: &port, beside: others)
            try self.keep(port, uuid, of: definition.name)
            do throws(VirtError) {
                try self.promise(from: nil, to: port, beside: others + [port], on: definition)
            } catch {
                try? self.portRecords(of: definition.name).remove(uuid.description)
                throw error
            }
            network.ports[uuid] = port
        }
        return NetworkPortReference(network: reference, uuid: uuid)
    }

    /// Changes a port, or removes it where `body` leaves nothing of it.
    func changePort(
        _ reference: NetworkPortReference,
        _ body: @escaping @Sendable (inout NetworkPortDefinition?) throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await change(reference.network) { (network, _) throws(VirtError) in
            let definition = try network.requireActive()
            let old = network.ports[reference.uuid]
            guard let old else { throw Self.noPort(reference.uuid) }
            try body(&network.ports[reference.uuid])
            let others = network.ports.filter { $0.key != reference.uuid }.map(\.value)
            guard var port = network.ports[reference.uuid] else {
                try? self.portRecords(of: definition.name).remove(reference.uuid.description)
                do throws(VirtError) {
                    try self.promise(from: old, to: nil, beside: others, on: definition)
                } catch {
                    self.log.error("what network '\(definition.name)' promised a port stays: \(error)")
                }
                return
            }
            try definition.checkPromise(to: port, beside: others)
            port.bandwidth?.classID = old.bandwidth?.classID
            try Self.giveClass(to: &port, beside: others)
            try self.keep(port, reference.uuid, of: definition.name)
            do throws(VirtError) {
                try self.promise(from: old, to: port, beside: others + [port], on: definition)
            } catch {
                try? self.keep(old, reference.uuid, of: definition.name)
                throw error
            }
            network.ports[reference.uuid] = port
        }
    }

    /// Gives a port that is promised a share a class of the kernel's, and takes it from one that isn't.
    private static func giveClass(
        to port: inout NetworkPortDefinition, beside others: [NetworkPortDefinition]
    ) throws(VirtError) {
        guard (port.bandwidth?.inbound?.floor ?? 0) > 0 else {
            port.bandwidth?.classID = nil
            return
        }
        if let own = port.bandwidth?.classID, !others.contains(where: { $0.bandwidth?.classID == own }) {
            return
        }
        guard let free = NetworkDefinition.freeClass(beside: others) else {
            throw VirtError(.internalError, "Could not generate next class ID", from: .network)
        }
        port.bandwidth?.classID = free
    }

    static func noPort(_ uuid: UUID) -> VirtError {
        VirtError(.noNetworkPort, "Network port with UUID \(uuid) does not exist", from: .network)
    }

    private func keep(_ port: NetworkPortDefinition, _ uuid: UUID, of network: String) throws(VirtError) {
        let (store, text) = (portRecords(of: network), try port.text([], from: .network))
        try VirtError.reporting("cannot write the record of a port of network '\(network)'", from: .network) {
            () throws(SystemError) in
            try FileSystem.makeDirectory(store.folder, mode: 0o755, parents: true)
            try store.save(uuid.description, text)
        }
    }

    /// The ports of a network that runs, by their records.
    func recordedPorts(of network: String) -> [UUID: NetworkPortDefinition] {
        let store = portRecords(of: network)
        var found: [UUID: NetworkPortDefinition] = [:]
        for name in (try? store.names()) ?? [] {
            guard let text = try? store.read(name),
                let port = try? NetworkPortDefinition(xml: text, options: []),
                let uuid = port.uuid
            else {
                log.error(
                    "the record of port '\(name)' of network '\(network)' can't be read: it is passed over")
                continue
            }
            found[uuid] = port
        }
        return found
    }

    /// Removes the records of a network's ports.
    func removePorts(of network: String) { try? FileSystem.removeTree("\(places.run)/\(network)") }
}

extension LocalNetwork {
    /// What the network is while it runs; throws where it doesn't.
    func requireActive() throws(VirtError) -> NetworkDefinition {
        if let live { return live }
        throw VirtError(.operationInvalid, "network '\(title)' is not active", from: .network)
    }
}

extension NetworkDriver: NetworkPorts {
    public func place(
        _ port: NetworkPortDefinition, on network: String, instead old: UUID?
    ) throws(VirtError) -> NetworkPortDefinition {
        let found = try registry.object(named: network)
        let others = found.ports.filter { $0.key != old }.map(\.value)
        return try found.requireActive().place(port, beside: others)
    }

    public func limit(
        _ port: UUID, of network: String, to bandwidth: Bandwidth?
    ) async throws(VirtError) {
        let found = try registry.object(named: network)
        try await changePort(NetworkPortReference(network: found.reference, uuid: port)) {
            $0?.bandwidth = bandwidth
        }
    }

    public func claim(_ port: NetworkPortDefinition, on network: String) async throws(VirtError) {
        let found = try registry.object(named: network)
        if port.uuid.map({ found.ports[$0] != nil }) == true { return }
        _ = try await createPort(port, on: found.reference) { (network, _) throws(VirtError) in
            // What its card doesn't show of it. What it is promised is held against others once it is made.
            var whole = try network.place(port, beside: [])
            whole.plug = port.plug
            return whole
        }
    }

    public func release(_ port: UUID, of network: String) async {
        guard let found = try? registry.object(named: network) else { return }
        try? await changePort(NetworkPortReference(network: found.reference, uuid: port)) { $0 = nil }
    }

    public func release(of owner: UUID, but kept: Set<UUID>) async {
        for network in registry.all {
            for (uuid, port) in network.ports where port.ownerUUID == owner && !kept.contains(uuid) {
                let reference = NetworkPortReference(network: network.reference, uuid: uuid)
                try? await changePort(reference) { $0 = nil }
            }
        }
    }

    public func onBridge(_ body: @escaping @Sendable (String) async -> Void) {
        bridgeHandlers.withLock { $0.append(body) }
    }

    /// Tells that a network's bridge has been made.
    func tellBridge(of network: String) {
        let handlers = bridgeHandlers.withLock { $0 }
        Task { for handler in handlers { await handler(network) } }
    }

    public func leases(of network: String) async -> [NetworkDHCPLease] {
        guard let found = try? registry.object(named: network) else { return [] }
        let calls = NetworkCalls(driver: self, reference: found.reference)
        return (try? await calls.dhcpLeases(mac: nil, flags: 0)) ?? []
    }
}
