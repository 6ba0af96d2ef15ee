import ByteText
import DriverKit
import LinuxSystem
import Logging
import Virt
import VirtXML

extension NetworkDriver {
    /// Starts a network that is defined.
    func create(_ reference: NetworkReference) async throws(VirtError) {
        try await change(reference) { (network, told) throws(VirtError) in
            if network.isActive {
                throw VirtError(.operationInvalid, "network is already active", from: .network)
            }
            try self.start(&network)
            told.append(network.event(.started))
        }
    }

    /// Stops a network. One that isn't defined is no more then.
    func destroy(_ reference: NetworkReference) async throws(VirtError) {
        try await change(reference) { (network, told) throws(VirtError) in
            guard network.isActive else {
                throw VirtError(.operationInvalid, "network '\(network.title)' is not active", from: .network)
            }
            told.append(network.event(.stopped))
            self.stop(&network)
        }
    }

    /// Changes a network, alone. It goes once it neither runs nor is defined.
    func change(
        _ reference: NetworkReference,
        _ body: @escaping @Sendable (inout LocalNetwork, inout [Event]) throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await registry.change(reference.uuid, orElse: Self.none(reference), telling: events, body)
    }

    static func none(_ reference: NetworkReference) -> VirtError {
        LocalNetwork.kind.none(matching: "uuid '\(reference.uuid)' (\(reference.name))")
    }

    // MARK: On the host

    /// Makes on the host what a network is, or nothing. Call it within a change.
    func start(_ network: inout LocalNetwork) throws(VirtError) {
        guard let defined = network.persistent ?? network.live else { return }
        let definition = try placed(defined.withNATPorts).withPool(tree)
        // On record first: a daemon that is killed while it makes a network leaves nothing that the next one doesn't know.
        try keepRecord(of: definition)
        do throws(VirtError) {
            if definition.hasOwnBridge {
                try startBridge(definition, &network)
            } else {
                try limitBridge(of: definition)
            }
        } catch {
            try? records.remove(definition.name)
            throw error
        }
        network.live = definition
        if definition.hasOwnBridge { tellBridge(of: definition.name) }
    }

    /// A network in a range that the host doesn't use. Only the one that hosts come with goes elsewhere, and only for as long
    /// as it runs; another is refused.
    private func placed(_ definition: NetworkDefinition) throws(VirtError) -> NetworkDefinition {
        guard definition.hasOwnBridge, !definition.ips.isEmpty else { return definition }
        let taken = try VirtError.reporting("cannot list the host's routes", from: .network) {
            () throws(SystemError) in try HostRanges(but: definition.bridge?.name ?? "")
        }
        if let moved = definition.moved(outOf: taken) {
            let (before, after) = (
                definition.ips.first?.networkName ?? "", moved.ips.first?.networkName ?? ""
            )
            log.warning(
                "the host uses \(before) already: network '\(definition.name)' has \(after) while it runs")
            return moved
        }
        for ip in definition.ips {
            guard let address = ip.address.flatMap({ IPAddress($0) }) else { continue }
            if let link = taken.link(of: address.network(prefix: ip.prefixLength), prefix: ip.prefixLength) {
                throw VirtError(.internalError, "Network is already in use by interface \(link)", from: .none)
            }
        }
        return definition
    }

    func keepRecord(of definition: NetworkDefinition) throws(VirtError) {
        let text = try NetworkRecord(definition).text()
        try VirtError.reporting("cannot write the record of network '\(definition.name)'", from: .network) {
            () throws(SystemError) in try records.save(definition.name, text)
        }
    }

    private func startBridge(_ definition: NetworkDefinition, _ network: inout LocalNetwork) throws(VirtError)
    {
        let bridge = try HostBridge(definition)
        try bridge.make()
        do throws(VirtError) {
            try limitBridge(of: definition)
            try firewall.set(running() + [(definition, bridge.name)])
            guardNetworks()
            try serve(&network, as: definition)
        } catch {
            NameServer.removeFiles(configuration(of: definition))
            bridge.remove()
            try? firewall.set(running())
            throw error
        }
    }

    /// Takes away from the host what a network is. What can't be taken away is told in the log. Call it within a change.
    func stop(_ network: inout LocalNetwork) {
        guard let definition = network.live else { return }
        network.live = nil
        network.server?.stop()
        network.server = nil
        unlimitBridge(of: definition)
        if definition.hasOwnBridge {
            NameServer.removeFiles(configuration(of: definition))
            do throws(VirtError) {
                (try? HostBridge(definition))?.remove()
                try firewall.set(running(but: network.uuid))
            } catch {
                log.error("what network '\(definition.name)' left can't all be removed: \(error)")
            }
            if settings.coexists { removeAccepts(but: network.uuid) }
        }
        network.ports = [:]
        removePorts(of: definition.name)
        try? records.remove(definition.name)
    }

    /// What dnsmasq is told of a network.
    func configuration(of definition: NetworkDefinition) -> DnsmasqConfiguration {
        DnsmasqConfiguration(
            network: definition, bridge: definition.bridge?.name ?? "", folder: places.servers,
            pidFile: "\(places.run)/\(definition.name).pid")
    }

    /// The networks that run and have bridges of the daemon's.
    func running(but one: UUID? = nil) -> [(definition: NetworkDefinition, bridge: String)] {
        registry.all.filter { $0.uuid != one }.compactMap(\.live).filter(\.hasOwnBridge)
            .sorted { ByteName($0.name) < ByteName($1.name) }
            .compactMap { network in network.bridge?.name.map { (network, $0) } }
    }

    /// Has a network served by a dnsmasq, if it needs one. Where that ends while the network runs another is started.
    ///
    /// - Parameter found: one that serves it already.
    func serve(
        _ network: inout LocalNetwork, as definition: NetworkDefinition, by found: NameServer? = nil
    ) throws(VirtError) {
        let (configuration, uuid) = (configuration(of: definition), network.uuid)
        network.server = nil
        guard configuration.isNeeded else { return }
        let server =
            if let found { found } else {
                try NameServer.start(configuration, leaseHelper: places.leaseHelper)
            }
        network.server = server
        Task {
            try? await server.process.waitForEnd()
            try? await registry.change { () throws(VirtError) in self.serverEnded(server, of: uuid) }
        }
    }

    private func serverEnded(_ server: NameServer, of uuid: UUID) {
        guard var network = registry[uuid], let definition = network.live,
            network.server?.process.identity == server.process.identity
        else { return }
        do throws(VirtError) {
            try serve(&network, as: definition)
            log.warning("dnsmasq of network '\(network.title)' has ended: another one serves it now")
        } catch {
            log.error("dnsmasq of network '\(network.title)' has ended, and can't be started again: \(error)")
        }
        registry.put(network)
    }

    // MARK: From one daemon to the next

    /// Takes up the networks that run, and makes what is missing of them. Call it within a change.
    func takeUp() {
        for name in (try? records.names()) ?? [] {
            do {
                takeUp(try NetworkRecord(records.read(name)).network)
            } catch {
                log.error("the record of network '\(name)' can't be read and is passed over: \(error)")
            }
        }
        do throws(VirtError) {
            if running().isEmpty { return }
            try firewall.set(running())
            removeAccepts()
            guardNetworks()
        } catch {
            log.error("the networks that run aren't protected: \(error)")
        }
    }

    private func takeUp(_ definition: NetworkDefinition) {
        guard let uuid = definition.uuid else { return }
        var network = registry[uuid] ?? LocalNetwork(uuid: uuid)
        network.live = definition
        network.ports = recordedPorts(of: definition.name)
        registry.put(network)
        guard definition.hasOwnBridge else { return limitAgain(definition) }
        do throws(VirtError) {
            try HostBridge(definition).make()
            limitAgain(definition)
            try serve(&network, as: definition, by: NameServer.find(configuration(of: definition)))
            registry.put(network)
        } catch {
            log.error("network '\(definition.name)' runs, and not all of it is there: \(error)")
        }
    }
}

extension NetworkDefinition {
    /// The network with the ports said that addresses are turned into, as a running one shows them.
    fileprivate var withNATPorts: NetworkDefinition {
        guard var forward, forward.mode == .nat, forward.nat?.port == nil else { return self }
        var (nat, network) = (forward.nat ?? NetworkForward.NAT(), self)
        nat.port = NetworkForward.PortRange()
        forward.nat = nat
        network.forward = forward
        return network
    }

    /// Whether the daemon makes the bridge of the network.
    var hasOwnBridge: Bool { forward?.mode.hasOwnBridge ?? true }
}
