import ByteText
import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    // MARK: Cards that come and go

    /// A card with its place on the host, and any other device as it is.
    func placed(_ device: DomainDevice, in live: DomainDefinition) async throws(VirtError) -> DomainDevice {
        guard case .interface(let card) = device else { return device }
        let context = context
        return try await Blocking.run { () throws(VirtError) in
            .interface(try context.placed(card, in: live))
        }
    }

    /// Makes what a new card has on the host, and hands QEMU its ends.
    func connect(_ device: DomainDevice, in live: DomainDefinition) async throws(VirtError) {
        guard case .interface(let card) = device else { return }
        try await context.claimPort(of: card, in: live)
        guard card.hasHostEnd else { return }
        let (isKVM, note) = (live.type == .kvm, HostCard.note(context.configuration, snapshot.uuid))
        let (ends, vhost) = try await Blocking.run { () throws(VirtError) -> ([Descriptor], [Descriptor]) in
            guard var end = try HostCard(card, isKVM: isKVM) else { return ([], []) }
            end.note = note
            return (try end.make(), end.vhost)
        }
        defer { for end in ends + vhost { end.close() } }
        try await context.joinSwitch(card, of: live)
        try await context.bindFilter(of: card, in: live)
        let names = card.lentEnds(card.info.alias ?? "", of: live)
        for (name, end) in zip(names.descriptors + names.vhostDescriptors, ends + vhost) {
            try await ask("getfd", ["fdname": .string(name)], descriptors: [end])
        }
    }

    /// Gives back what a card had on the host that never came to be.
    func disconnect(_ device: DomainDevice) async {
        guard case .interface(let card) = device else { return }
        let names = snapshot.live.map { card.lentEnds(card.info.alias ?? "", of: $0) }
        for name in (names?.descriptors ?? []) + (names?.vhostDescriptors ?? []) {
            // What QEMU has taken for the card isn't there by this name any more.
            _ = try? await ask("closefd", ["fdname": .string(name)])
        }
        await context.giveUp([card], of: snapshot.uuid)
    }

    // MARK: Networks that come again

    /// Puts the cards' ends into their bridges again where they are in none, and makes their ports known. Whoever restarts a
    /// network or removes a bridge leaves its guests without.
    func plugAgain(on network: String? = nil) async {
        guard let live = snapshot.live, snapshot.isActive else { return }
        if network == nil {
            let ports = Set(live.devices.interfaces.compactMap(\.source.portID))
            await context.networks.release(of: snapshot.uuid, but: ports)
            await filterAgain(live)
        }
        for card in live.devices.interfaces {
            if let network, card.source.network?.hasSameBytes(as: network) != true { continue }
            // One whose network is stopped is plugged in when that runs.
            guard (try? await context.claimPort(of: card, in: live)) != nil else { continue }
            guard has(card) else {
                // It has gone meanwhile, and whoever removed it has given its port back before this made it again.
                await context.releasePort(of: card)
                continue
            }
            if card.isOnOpenSwitch { await joinSwitchAgain(card, live) } else { await seeToPlace(of: card) }
        }
    }

    /// Puts a card's end into its bridge where it is in none.
    func seeToPlace(of card: InterfaceDevice) async {
        if let bridge = card.source.bridge, !card.isOnOpenSwitch { await plugAgain(card, into: bridge) }
    }

    /// Sees to it that the cards have the filters that they had under the daemon before this one, and nothing else of the guest's.
    private func filterAgain(_ live: DomainDefinition) async {
        let bindings = live.devices.interfaces.compactMap { $0.binding(of: live) }
        await context.filters.unbind(of: snapshot.uuid, but: Set(bindings.map(\.portDev)))
        for binding in bindings {
            do throws(VirtError) { try await context.filters.bind(binding, replacing: true) } catch {
                context.log.error(
                    "'\(binding.portDev)' of domain '\(live.name)' can't have its filter: \(error)")
            }
        }
    }

    /// Whether the guest has a card now, and isn't ending.
    private func has(_ card: InterfaceDevice) -> Bool {
        guard let guest, guest.phase != .clearing, let live = snapshot.live else { return false }
        return live.devices.interfaces.contains { $0.source.portID == card.source.portID }
    }

    /// The switch's own database may have been made anew.
    private func joinSwitchAgain(_ card: InterfaceDevice, _ live: DomainDefinition) async {
        do throws(VirtError) { try await context.joinSwitch(card, of: live) } catch {
            context.log.error("a card of domain '\(live.name)' can't be put on its switch: \(error)")
        }
    }

    private func plugAgain(_ card: InterfaceDevice, into bridge: String) async {
        let name = snapshot.name
        do throws(VirtError) {
            let isNew = try await Blocking.run { () throws(VirtError) -> Bool in
                guard let end = try HostCard(card, isKVM: false),
                    let link = try? NetworkLinks.named(end.name),
                    let wanted = try? NetworkLinks.named(bridge), link.bridge != wanted.index
                else { return false }
                try end.plug(into: bridge)
                return true
            }
            if isNew {
                context.log.info("'\(card.target?.dev ?? "")' of domain '\(name)' is in \(bridge) again")
            }
        } catch {
            context.log.error("a card of domain '\(name)' can't be put into \(bridge): \(error)")
        }
    }
}

extension QEMUContext {
    /// Sees to it that guests are on their networks whenever those are made again.
    func followNetworks() async {
        let running = Set(domains.all.map(\.snapshot).filter(\.isActive).map(\.uuid))
        let configuration = configuration
        await Blocking.run { HostCard.removeStray(configuration, running: running) }
        networks.onBridge { [weak self] network in
            guard let self else { return }
            for domain in domains.all { await domain.plugAgain(on: network) }
        }
    }
}

extension InterfaceDevice {
    /// What QEMU knows the ends of a card by that are handed to it while the guest runs.
    func lentEnds(_ alias: String, of domain: DomainDefinition) -> TapDescriptors {
        let queues = Int(clamping: driver?.queues ?? 1)
        let names = (0..<min(max(1, queues), TapDevice.mostQueues)).map { "\(alias)\($0)" }
        let hasVhost = (try? HostCard(self, isKVM: domain.type == .kvm))?.vhost.count == names.count
        return TapDescriptors(
            descriptors: names.map { "fd-" + $0 },
            vhostDescriptors: hasVhost ? names.map { "vhostfd-" + $0 } : [])
    }
}
