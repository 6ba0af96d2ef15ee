import ByteText
import DriverKit
import HostKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension QEMUDomain {
    func detachDevice(xml: String) async throws(VirtError) {
        try await detachDeviceFlags(xml: xml, flags: .live)
    }

    func detachDeviceFlags(xml: String, flags: DomainDeviceModifyFlags) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainDetachDeviceLiveAndConfig", from: .qemu)
        let asked = try DomainDevice(device: xml, options: [])
        try await detach(flags, asked) { (devices) throws(VirtError) in try devices.one(meantBy: asked) }
    }

    func detachDeviceAlias(alias: String, flags: DomainDeviceModifyFlags) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainDetachDeviceAliasLiveAndConfig", from: .qemu)
        try await detach(flags) { (devices) throws(VirtError) in
            guard let found = devices.all.first(where: { $0.alias == alias }) else {
                throw VirtError(.deviceMissing, "no device found with alias \(alias)", from: .qemu)
            }
            return found
        }
    }

    private func detach(
        _ flags: DomainDeviceModifyFlags, _ asked: DomainDevice? = nil,
        _ find: @Sendable (DomainDevices) throws(VirtError) -> DomainDevice
    ) async throws(VirtError) {
        try await change("detach", .init(flags)) { (definition) throws(VirtError) in
            definition.devices.remove(try find(definition.devices))
        } live: { (domain, live) async throws(VirtError) in
            try asked?.checkLiveDetach()
            try await domain.unplug(try find(live.devices), in: live)
        }
    }

    /// Has the guest let go of a device. A guest that takes its time may do so later.
    private func unplug(_ device: DomainDevice, in live: DomainDefinition) async throws(VirtError) {
        try device.checkLiveDetachFound()
        if case .disk(let disk) = device { try requireNoJob(on: disk) }
        if case .lease = device {
            publish { $0.live?.devices.remove(device) }
            return saveRecordSoon()
        }
        guard let alias = device.alias, let emulator = live.devices.emulator else {
            throw VirtError(
                .configUnsupported, "live detach of device '\(device.kind)' is not supported", from: .qemu)
        }
        let run = try requireGuest().id
        let qemu = try await context.capabilities(of: emulator)
        let parts = try parts(of: device, in: live, qemu)
        guard parts.contains(where: \.isFront) else { return await removed(alias, of: run) }
        try await askRemoval(of: alias)
        switch await removal(of: alias) {
        case .refused:
            throw VirtError(
                .operationFailed,
                "unable to unplug device '\(alias)': unplug of device was rejected by the guest",
                from: .qemu)
        case .ended: throw VirtError.endedMeanwhile
        case .pending where parts.allSatisfy(\.isFront): try await settleUnheard(alias, of: run)
        case .done, .pending: return
        }
    }

    /// QEMU tells of a device's end once nothing in it refers to the device, which may be never. One with nothing behind it has
    /// gone when it can't be found any more.
    private func settleUnheard(_ alias: String, of run: Int32) async throws(VirtError) {
        let present = try await presentDevices()
        if guest(run) != nil, !present.contains(alias) { await removed(alias, of: run) }
    }

    /// The guest has let go of a device: what stood behind it goes too.
    func removed(_ alias: String, of run: Int32) async {
        guard let live = snapshot.live, let emulator = live.devices.emulator,
            let device = live.devices.all.first(where: { $0.alias == alias })
        else {
            let isAwaited = guest?.removals[alias] != nil
            settle(alias, .done)
            // Whoever waits for a processor looks for itself.
            if !isAwaited, alias.hasBytePrefix("vcpu") { await processorRemoved() }
            return
        }
        if let qemu = try? await context.capabilities(of: emulator), guest(run) != nil,
            let parts = try? parts(of: device, in: live, qemu)
        {
            await remove(parts.filter { !$0.isFront })
        }
        guard guest(run) != nil else { return }
        await takeBack(files(of: device))
        await endHelpers(of: device, of: run)
        // Where the guest has ended meanwhile, its end gives everything back.
        guard guest(run) != nil else { return }
        publish { $0.live?.devices.remove(device) }
        // Once nobody takes it for the guest's any more: who plugs cards in again would have its port made anew.
        if case .interface(let card) = device { await context.giveUp([card], of: snapshot.uuid) }
        guard guest(run) != nil else { return }
        let event = DomainDeviceRemovedEvent(domain: snapshot.reference, devAlias: alias)
        publish([.domainDeviceRemoved(event)]) { _ in }
        saveRecordSoon()
        if let left = snapshot.live { try? await adjustLockedMemory(for: left) }
        if guest(run) != nil { settle(alias, .done) }
    }

    /// The files that only this device had been given.
    private func files(of device: DomainDevice) -> [FileOwnership] {
        let others = snapshot.live?.devices.all.filter { $0 != device }.flatMap(\.hostFiles) ?? []
        let paths = Set(device.hostFiles.map(\.path)).subtracting(others.map(\.path))
        let files = guest?.held.ownerships.filter { paths.contains($0.path) } ?? []
        guest?.held.ownerships.removeAll { paths.contains($0.path) }
        return files
    }

    /// The guest won't let go of a device.
    func removalFailed(_ alias: String) {
        let event = DomainDeviceRemovalFailedEvent(domain: snapshot.reference, devAlias: alias)
        publish([.domainDeviceRemovalFailed(event)]) { _ in }
        settle(alias, .refused)
    }
}
