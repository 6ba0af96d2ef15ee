import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Limits of disks.
extension QEMUDomain {
    nonisolated func blockIoTune(
        disk name: String?, flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        // That it understands parameters which are text, a client may always say.
        let impact = flags.subtracting(DomainModificationImpact(rawValue: 4))
        try impact.require([.live, .config], in: "qemuDomainGetBlockIoTune", from: .qemu)
        let now = try existing()
        let definition = try now.definition(for: impact, "virDomainGetBlockIoTune")
        guard let name else { return IOTune().parameters }
        let isLive = now.isActive && !impact.contains(.config)
        let missing = isLive ? nil : "disk '\(name)' was not found in the domain config"
        let disk = try definition.disk(name, orElse: missing, from: .qemu)
        try disk.requireOwnLimits(name)
        guard isLive else { return (disk.iotune ?? IOTune()).parameters }
        if disk.source.isEmpty { throw disk.isWithoutMedium }
        let device = try await blockDevice(of: disk)
        return IOTune(told: device.limits ?? .null).parameters
    }

    func setBlockIoTune(
        disk name: String, parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetBlockIoTune", from: .qemu)
        let wanted = try IOTuneChange(parameters, greatest: IOTune.greatest, from: .qemu)
        try await change("limit a disk", flags) { (definition) throws(VirtError) in
            let missing = "missing persistent configuration for disk '\(name)'"
            let disk = try definition.disk(name, orElse: missing, from: .qemu)
            try disk.requireOwnLimits(name)
            definition.limit(disk, to: try wanted.changed(disk.iotune))
        } live: { (domain, live) async throws(VirtError) in
            let disk = try live.disk(name, from: .qemu)
            try disk.requireOwnLimits(name)
            let tune = try wanted.changed(disk.iotune)
            try await domain.limit(disk, to: tune)
            let reference = domain.snapshot.reference
            domain.publish([
                .domainTunable(DomainTunableEvent(domain: reference, parameters: wanted.told(of: name)))
            ]) { $0.live?.limit(disk, to: tune) }
            domain.saveRecordSoon()
        }
    }

    /// Has QEMU limit a disk from now on.
    func limit(_ disk: DiskDevice, to tune: IOTune?) async throws(VirtError) {
        let device = try await blockDevice(of: disk)
        let command = (tune ?? IOTune()).command(for: device.path)
        try await ask(command.name, command.arguments)
    }

    /// Has QEMU limit a disk that has just been plugged in; takes it away again where that can't be.
    func limit(_ device: DomainDevice, orRemove parts: [QEMUPart]) async throws(VirtError) {
        guard case .disk(let disk) = device, let tune = disk.iotune else { return }
        do throws(VirtError) { try await limit(disk, to: tune) } catch {
            await remove(parts)
            throw error
        }
    }

    /// Has QEMU limit the disks of a guest that is about to run as its document says.
    func limitDisks() async throws(VirtError) {
        for disk in snapshot.live?.devices.disks ?? [] {
            if let tune = disk.iotune { try await limit(disk, to: tune) }
        }
    }
}

extension IOTune {
    /// The greatest limit that QEMU takes.
    static let greatest: UInt64 = 1_000_000_000_000_000
}

extension DiskDevice {
    /// Throws where the disk is limited by filters that it passes through.
    fileprivate func requireOwnLimits(_ name: String) throws(VirtError) {
        if throttleFilters.isEmpty { return }
        throw VirtError(
            .configUnsupported,
            "block 'iotune' can't be used together with 'throttlefilters' for disk '\(name)'", from: .qemu)
    }
}
