import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// What is known of a guest's cards from outside of it.
extension QEMUDomain {
    nonisolated func interfaceStats(device: String) async throws(VirtError) -> DomainInterfaceStatsReply {
        let now = try existingActive()
        let card = try now.definition.card(device)
        guard let name = card.target?.dev else {
            throw VirtError(.internalError, "Interface \(device) has no device on the host", from: .qemu)
        }
        let link = try await Blocking.run { () throws(VirtError) in
            try VirtError.reporting("cannot read the counters of \(name)", from: .qemu) {
                () throws(SystemError) in try NetworkLinks.named(name)
            }
        }
        guard let link else {
            throw VirtError(.internalError, "/proc/net/dev: Interface not found", from: .none)
        }
        let (received, sent) = card.ways(link.statistics)
        return DomainInterfaceStatsReply(
            rxBytes: Int64(clamping: received.bytes), rxPackets: Int64(clamping: received.packets),
            rxErrs: Int64(clamping: received.errors), rxDrop: Int64(clamping: received.dropped),
            txBytes: Int64(clamping: sent.bytes), txPackets: Int64(clamping: sent.packets),
            txErrs: Int64(clamping: sent.errors), txDrop: Int64(clamping: sent.dropped))
    }

    nonisolated func interfaceAddresses(
        source: UInt32, flags: UInt32
    ) async throws(VirtError) -> [DomainInterface] {
        try Self.driver.require(flags, in: "DomainInterfaceAddresses")
        let now = try existingActive()
        switch DomainInterfaceAddressesSource(rawValue: Int32(clamping: source)) {
        case .lease: return await leases(of: now.definition.devices.interfaces)
        case .arp: return await neighbours(of: now.definition.devices.interfaces)
        case .agent:
            let answer = try await askAgent(AgentCommand("guest-network-get-interfaces"))
            return try DomainInterface.all(inAnswer: answer)
        default:
            throw VirtError(.argumentUnsupported, "Unknown IP address data source \(source)", from: .qemu)
        }
    }

    /// All that the host knows of the guest's addresses, each by who knows it.
    nonisolated func knownAddresses() async throws(VirtError) -> [GuestAddress] {
        let cards = try existingActive().definition.devices.interfaces
        let neighbours = await Blocking.run { (try? NetworkLinks.neighbours()) ?? [] }
        var found: [GuestAddress] = []
        for card in cards {
            guard let mac = card.mac?.address else { continue }
            let name = card.target?.dev ?? ""
            for lease in await leases(of: card) {
                found.append(
                    GuestAddress(
                        interface: name, hwaddr: mac.xml, address: lease.ipaddr, prefix: lease.prefix,
                        source: UInt32(DomainInterfaceAddressesSource.lease.rawValue), age: -1,
                        expiry: lease.expirytime))
            }
            for (address, age) in card.addresses(among: neighbours) {
                found.append(
                    GuestAddress(
                        interface: name, hwaddr: mac.xml, address: "\(address)", prefix: 0,
                        source: UInt32(DomainInterfaceAddressesSource.arp.rawValue),
                        age: age.map { Int64($0) } ?? -1, expiry: -1))
            }
        }
        return found
    }

    /// What the card's network has leased to it.
    nonisolated func leases(of card: InterfaceDevice) async -> [NetworkDHCPLease] {
        guard let network = card.source.network, let mac = card.mac?.address else { return [] }
        return await context.networks.leases(of: network).filter { lease in
            lease.mac.flatMap { MACAddress(xml: $0) } == mac
        }
    }

    private nonisolated func leases(of cards: [InterfaceDevice]) async -> [DomainInterface] {
        var found: [DomainInterface] = []
        for card in cards {
            let leases = await leases(of: card)
            guard !leases.isEmpty, let mac = card.mac?.address else { continue }
            let addresses = leases.map {
                DomainIPAddress(type: $0.type, addr: $0.ipaddr, prefix: $0.prefix)
            }
            found.append(
                DomainInterface(name: card.target?.dev ?? "", hwaddr: mac.xml, addrs: addresses))
        }
        return found
    }

    /// Each address that the host knows of a card's, by itself.
    private nonisolated func neighbours(of cards: [InterfaceDevice]) async -> [DomainInterface] {
        let known = await Blocking.run { (try? NetworkLinks.neighbours()) ?? [] }
        return cards.flatMap { card in
            card.addresses(among: known).map { address, _ in
                let type: Int32 = address.family == .ipv4 ? 0 : 1
                return DomainInterface(
                    name: card.target?.dev ?? "", hwaddr: card.mac?.address.xml,
                    addrs: [DomainIPAddress(type: type, addr: "\(address)", prefix: 0)])
            }
        }
    }

    // MARK: Bandwidth

    nonisolated func interfaceParameters(
        device: String, flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        // That it understands parameters which are text, a client may always say.
        let impacts = flags.subtracting(DomainModificationImpact(rawValue: 4))
        try impacts.require([.live, .config], in: "qemuDomainGetInterfaceParameters", from: .qemu)
        let now = try existing()
        let impact = try impacts.resolved(isActive: now.isActive, isPersistent: now.isPersistent)
        let definition = impact.contains(.live) ? now.definition : now.persistent ?? now.definition
        return Bandwidth.parameters(of: try definition.card(device).bandwidth)
    }

    func setInterfaceParameters(
        device: String, parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetInterfaceParameters", from: .qemu)
        let wanted = try BandwidthChange(parameters, from: .qemu)
        try await change("tune", flags) { (definition) throws(VirtError) in
            let old = try definition.card(device)
            var new = old
            new.bandwidth = wanted.changed(old.bandwidth)
            try new.checkPromise()
            definition.devices.replace(.interface(old), with: .interface(new))
        } live: { (domain, live) async throws(VirtError) in
            let old = try live.card(device)
            var new = old
            new.bandwidth = wanted.changed(old.bandwidth)
            try await domain.limit(old, to: new)
        }
    }

    /// Limits a running guest's card from now on.
    private func limit(_ old: InterfaceDevice, to new: InterfaceDevice) async throws(VirtError) {
        try new.checkHostEnd()
        try new.checkPromise()
        try await context.limitPort(of: new)
        do throws(VirtError) {
            try await context.limit(new, of: snapshot.uuid)
        } catch {
            try? await context.limitPort(of: old)
            throw error
        }
        publish { $0.live?.devices.replace(.interface(old), with: .interface(new)) }
        saveRecordSoon()
    }
}

extension InterfaceDevice {
    /// Refuses a share that nobody can promise: only networks do.
    fileprivate func checkPromise() throws(VirtError) {
        if source.network != nil || (bandwidth?.inbound?.floor ?? 0) == 0 { return }
        throw VirtError(
            .operationUnsupported,
            "Invalid use of 'floor' on interface with MAC address \(mac?.address.xml ?? "") - 'floor' is only "
                + "supported for interface type 'network' with forward type 'nat', 'route', 'open' or none",
            from: .qemu)
    }

    /// The card's addresses that the host has heard of, each with how long ago, in seconds.
    fileprivate func addresses(among neighbours: [HostNeighbour]) -> [(address: IPAddress, age: UInt32?)] {
        guard let mac = mac?.address, hasHostEnd else { return [] }
        return neighbours.filter { $0.linkAddress == mac.bytes }.compactMap { neighbour in
            IPAddress(bytes: neighbour.address).map { ($0, neighbour.age) }
        }
    }
}

extension DomainDefinition {
    /// The card with this address, or whose end on the host is called so.
    func card(_ device: String) throws(VirtError) -> InterfaceDevice {
        let mac = MACAddress(xml: device)
        let found = devices.interfaces.filter { card in
            mac.map { card.mac?.address == $0 } ?? (card.target?.dev?.hasSameBytes(as: device) ?? false)
        }
        guard let card = found.first else {
            throw VirtError(.invalidArg, "'\(device)' is not a known interface", from: .qemu)
        }
        if found.count == 1 { return card }
        throw VirtError(
            .operationFailed, "multiple devices matching MAC address \(device) found", from: .qemu)
    }
}

extension InterfaceDevice {
    /// What the guest has received and sent, by the counters of the host's end. What comes out of a tap is what the guest has
    /// sent; a link on top of another counts as the guest does.
    func ways(_ link: LinkStatistics) -> (received: LinkStatistics.Way, sent: LinkStatistics.Way) {
        type == .direct ? (link.received, link.sent) : (link.sent, link.received)
    }
}
