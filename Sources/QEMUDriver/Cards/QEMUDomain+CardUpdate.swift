import ByteText
import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    /// Changes what can be changed about a card while the guest runs: its cable, and where that is plugged in.
    ///
    /// - Parameter asked: the same description with what only running guests' have.
    func change(
        _ old: InterfaceDevice, to new: InterfaceDevice, askedAs asked: InterfaceDevice
    ) async throws(VirtError) {
        guard let live = snapshot.live, let index = live.devices.interfaces.firstIndex(of: old) else {
            return
        }
        try old.checkName(of: asked)
        var filled = live
        filled.devices.interfaces[index] = new
        try await context.complete(&filled)
        let changed = try await moved(old, to: filled.devices.interfaces[index], asked, live)
        if let alias = old.info.alias, (old.linkState == .down) != (new.linkState == .down) {
            try await setLink(alias, isUp: new.linkState != .down)
        }
        publish { $0.live?.devices.replace(.interface(old), with: .interface(changed)) }
        if old.source.portID == changed.source.portID { return saveRecordSoon() }
        // A daemon that is killed here leaves a port too many and none too few; the next one removes it.
        try? await writeRecord()
        if old.source.portID != nil { await context.releasePort(of: old) }
    }

    func setLink(_ alias: String, isUp: Bool) async throws(VirtError) {
        try await ask("set_link", ["name": .string(alias), "up": .bool(isUp)])
    }

    /// The card as it is once its end is where a new description says.
    private func moved(
        _ old: InterfaceDevice, to new: InterfaceDevice, _ asked: InterfaceDevice, _ live: DomainDefinition
    ) async throws(VirtError) -> InterfaceDevice {
        let isSame = asked.source.portID != nil && asked.source.portID == old.source.portID
        let placed =
            old.isTap && !isSame ? try context.onNetwork(new, in: live, instead: old.source.portID) : new
        var changed = old
        (changed.linkState, changed.teaming) = (new.linkState, new.teaming)
        if old.isTap, !placed.isTap {
            throw VirtError(
                .operationUnsupported, "unable to change config on '\(new.type.rawValue)' network type",
                from: .qemu)
        }
        try old.checkChange(to: isSame ? old.with(new) : placed)
        if old.type == .direct, old.trustGuestRxFilters != new.trustGuestRxFilters {
            throw VirtError(
                .operationUnsupported, "cannot modify network device trustGuestRxFilters of a running guest",
                from: .qemu)
        }
        guard old.isTap else { return changed }
        try placed.checkHostEnd()
        try placed.checkVLAN()
        if old.isOnOpenSwitch != placed.isOnOpenSwitch {
            throw VirtError(
                .operationUnsupported, "cannot move a running guest's card between a bridge and a switch",
                from: .qemu)
        }
        (changed.vlan, changed.virtualPort) = (placed.vlan, placed.virtualPort)
        (changed.coalesceRxFrames, changed.bandwidth) = (new.coalesceRxFrames, placed.bandwidth)
        if !isSame, !old.isPlaced(as: placed) { changed.take(placeOf: placed) }
        changed.filter = new.filter
        try await changeFilter(of: old, to: changed, live)
        do throws(VirtError) { try await carry(old, to: changed, live) } catch {
            try? await changeFilter(of: changed, to: old, live)
            throw error
        }
        return changed
    }

    private func changeFilter(
        of old: InterfaceDevice, to new: InterfaceDevice, _ live: DomainDefinition
    ) async throws(VirtError) {
        if old.filter == new.filter { return }
        if let binding = new.binding(of: live) {
            try await context.filters.bind(binding, replacing: true)
        } else if let port = old.target?.dev {
            await context.filters.unbind(port)
        }
    }

    /// Makes the host's end what a changed card says: its port first, so that nobody is on a network unknown to it.
    private func carry(
        _ old: InterfaceDevice, to new: InterfaceDevice, _ live: DomainDefinition
    ) async throws(VirtError) {
        let isMoved = old.source != new.source || old.type != new.type
        if isMoved {
            try await context.claimPort(of: new, in: live)
        } else if old.bandwidth != new.bandwidth {
            try await context.limitPort(of: new)
        }
        let domain = live.name
        do throws(VirtError) {
            try await Blocking.run { () throws(VirtError) in
                guard let end = try HostCard(new, isKVM: false) else { return }
                try end.follow(old, of: domain)
            }
            if new.isOnOpenSwitch {
                try await context.joinSwitch(new, of: live, instead: old)
                if old.bandwidth != nil, new.bandwidth == nil {
                    try await context.limit(new, of: snapshot.uuid)
                }
            }
        } catch {
            if isMoved {
                await context.releasePort(of: new)
            } else if old.bandwidth != new.bandwidth {
                try? await context.limitPort(of: old)
            }
            throw error
        }
    }
}

extension HostCard {
    /// Makes of the end that a card had what it is to be. Where that can't be it stays what it was. May wait.
    fileprivate func follow(_ old: InterfaceDevice, of domain: String) throws(VirtError) {
        if card.isOnOpenSwitch { return try followCoalescing(old) }
        if old.source.bridge != card.source.bridge, let bridge = card.source.bridge {
            guard (try? NetworkLinks.named(bridge)) != nil else {
                throw VirtError(
                    .operationFailed,
                    "cannot add domain \(domain) device \(name) to nonexistent bridge \(bridge)",
                    from: .qemu)
            }
            do throws(VirtError) {
                try report("Unable to add bridge \(bridge) port \(name)") { () throws(SystemError) in
                    try NetworkLinks.setBridge(of: name, bridge)
                }
            } catch {
                try? NetworkLinks.setBridge(of: name, old.source.bridge)
                throw error
            }
        }
        if old.source.bridge != card.source.bridge || old.isolated != card.isolated {
            try report("Unable to set port \(name) isolated") { () throws(SystemError) in
                try NetworkLinks.setIsolated(name, card.isolated == true)
            }
        }
        if old.vlan != card.vlan, let bridge = card.source.bridge {
            // Tags belong to the place in the bridge, and go with it.
            try report("Unable to remove port \(name) from its bridge") { () throws(SystemError) in
                try NetworkLinks.setBridge(of: name, nil)
            }
            try plug(into: bridge)
        }
        if old.bandwidth != card.bandwidth { try limit() }
        try followCoalescing(old)
    }

    private func followCoalescing(_ old: InterfaceDevice) throws(VirtError) {
        if old.coalesceRxFrames == card.coalesceRxFrames { return }
        try report("Cannot set coalesce info on '\(name)'") { () throws(SystemError) in
            try NetworkLinks.setCoalescing(name, frames: card.coalesceRxFrames ?? 0)
        }
    }
}

extension InterfaceDevice {
    /// Whether a card is where this one is, and its port would be the same.
    fileprivate func isPlaced(as other: InterfaceDevice) -> Bool {
        var (mine, theirs) = (source, other.source)
        (mine.portID, theirs.portID) = (nil, nil)
        return type == other.type && mine == theirs && isolated == other.isolated
            && trustGuestRxFilters == other.trustGuestRxFilters
    }

    fileprivate mutating func take(placeOf other: InterfaceDevice) {
        (type, source) = (other.type, other.source)
        (isolated, trustGuestRxFilters) = (other.isolated, other.trustGuestRxFilters)
    }

    /// The other card where this one is.
    fileprivate func with(_ other: InterfaceDevice) -> InterfaceDevice {
        var there = other
        there.take(placeOf: self)
        (there.bandwidth, there.vlan, there.virtualPort) = (bandwidth, vlan, virtualPort)
        return there
    }
}
