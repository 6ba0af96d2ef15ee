import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension QEMUContext {
    /// Says where each card of a guest that is about to start is plugged in, and what its end on the host is called. Nothing of
    /// it is made yet. May wait.
    func placeCards(of live: inout DomainDefinition) throws(VirtError) {
        for index in live.devices.interfaces.indices {
            let placed = try placed(live.devices.interfaces[index], in: live)
            live.devices.interfaces[index] = placed
        }
    }

    /// A card with its place and its name.
    func placed(_ card: InterfaceDevice, in domain: DomainDefinition) throws(VirtError) -> InterfaceDevice {
        var placed = try onNetwork(card, in: domain)
        try placed.checkVLAN()
        guard placed.hasHostEnd else { return placed }
        try placed.checkHostEnd()
        var target = placed.target ?? InterfaceDevice.Target()
        target.dev = try cardNames.name(for: placed)
        placed.target = target
        return placed
    }

    /// A card as its network has it, if it is one of a network.
    ///
    /// - Parameter old: the port that the card has given up then.
    func onNetwork(
        _ card: InterfaceDevice, in domain: DomainDefinition, instead old: UUID? = nil
    ) throws(VirtError) -> InterfaceDevice {
        guard card.type == .network, let network = card.source.network else { return card }
        var placed = card
        try placed.take(try networks.place(card.port(of: domain), on: network, instead: old))
        return placed
    }

    /// Makes the port of each card that is on a network.
    func claimPorts(of domain: DomainDefinition) async throws(VirtError) {
        for card in domain.devices.interfaces { try await claimPort(of: card, in: domain) }
    }

    func claimPort(of card: InterfaceDevice, in domain: DomainDefinition) async throws(VirtError) {
        guard let port = card.claimed(by: domain), let network = card.source.network else { return }
        try await networks.claim(port, on: network)
    }

    /// Has a card's network know what goes through the card.
    func limitPort(of card: InterfaceDevice) async throws(VirtError) {
        guard let network = card.source.network, let port = card.source.portID else { return }
        try await networks.limit(port, of: network, to: card.bandwidth)
    }

    func releasePort(of card: InterfaceDevice) async {
        guard let network = card.source.network, let port = card.source.portID else { return }
        await networks.release(port, of: network)
    }

    /// Has the packets of each card with a filter go through that.
    func bindFilters(of domain: DomainDefinition) async throws(VirtError) {
        for card in domain.devices.interfaces { try await bindFilter(of: card, in: domain) }
    }

    func bindFilter(of card: InterfaceDevice, in domain: DomainDefinition) async throws(VirtError) {
        if let binding = card.binding(of: domain) { try await filters.bind(binding, replacing: false) }
    }

    /// Gives back all that cards have on the host beside QEMU's ends.
    func giveUp(_ cards: [InterfaceDevice], of domain: UUID) async {
        for card in cards where card.hasHostEnd || card.source.portID != nil {
            await leaveSwitch(card, of: domain)
            await releasePort(of: card)
            if card.filter != nil, let port = card.target?.dev { await filters.unbind(port) }
        }
        let direct = cards.filter { $0.type == .direct }
        if !direct.isEmpty { await Blocking.run { for card in direct { HostCard.remove(card) } } }
    }
}

extension DomainDefinition {
    /// The ends on the host of the guest's cards, which have their places and names by now.
    func hostCards(_ configuration: QEMUConfiguration) throws(VirtError) -> [HostCard] {
        var found: [HostCard] = []
        for card in devices.interfaces {
            guard var end = try HostCard(card, isKVM: type == .kvm) else { continue }
            end.note = uuid.map { HostCard.note(configuration, $0) }
            found.append(end)
        }
        return found
    }
}
