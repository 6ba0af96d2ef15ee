import DriverKit
import JSON
import LinuxSystem
import Logging
import Virt
import VirtXML

extension QEMUDomain {
    /// Tells in the log when a helper ends before its guest does: its device is dead from then on.
    func watchHelpers(of aliases: Set<String>? = nil) {
        guard let guest else { return }
        for helper in guest.helpers where aliases?.contains(helper.alias) ?? true {
            Task { [weak self] in
                if let process = await Blocking.run({ try? ProcessHandle(helper.process) }) {
                    try? await process.waitForEnd()
                }
                await self?.helperEnded(helper, of: guest.process)
            }
        }
    }

    /// QEMU's own end takes most helpers with it, so it is given a moment to be the reason.
    private func helperEnded(_ helper: HelperRecord, of process: ProcessHandle) async {
        if await process.ends(within: .seconds(2)) { return }
        guard let guest, guest.process.identity == process.identity, guest.expectedEnd == nil,
            guest.helpers.contains(helper)
        else { return }
        self.guest?.helpers.removeAll { $0 == helper }
        saveRecordSoon()
        let words = await Blocking.run { helper.lastWords } ?? ""
        context.log.error("domain '\(snapshot.name)': \(words)")
    }
}

// MARK: Devices that come and go

extension QEMUDomain {
    /// A shared folder with the program that will serve it.
    func withFolderServer(_ device: DomainDevice) async -> DomainDevice {
        guard case .filesystem(let folder) = device else { return device }
        var domain = DomainDefinition()
        domain.devices.filesystems = [folder]
        domain.chooseFolderServers(
            await Blocking.run { VhostUserDescriptor.all(in: VhostUserDescriptor.folders) })
        return domain.devices.filesystems.first.map(DomainDevice.filesystem) ?? device
    }

    /// Starts what serves a device that is about to be plugged in.
    func startHelpers(of device: DomainDevice, _ new: QEMUGuest) async throws(VirtError) {
        let host = await context.helperHost(for: new.domain)
        var helpers: [HelperProcess]
        let needsReservations = device.hasManagedReservations && !hasHelper(QEMUGuest.reservationAlias)
        do throws(ConfigurationError) {
            helpers = try new.helpers(of: device, host)
            if needsReservations { helpers.append(try new.reservationHelper(host)) }
        } catch {
            throw VirtError(error)
        }
        for helper in helpers {
            guest?.leftovers += helper.allLeftovers
            let start = HelperStart(
                helper: helper, configuration: context.configuration, folder: guest?.folder ?? "",
                guest: snapshot.name
            ) { (record) async throws(SystemError) in try await self.note(record) }
            _ = try await start.start()
        }
        if needsReservations { try await add([.object(new.reservationObject)]) }
        if !helpers.isEmpty { watchHelpers(of: Set(helpers.map(\.alias))) }
    }

    private func hasHelper(_ alias: String) -> Bool { guest?.helpers.contains { $0.alias == alias } ?? false }

    /// Notes a helper that waits to run, on disk first.
    private func note(_ helper: HelperRecord) async throws(SystemError) {
        guest?.helpers.note(helper)
        guard let record = record() else { return }
        let records = context.records
        try await Blocking.run { () throws(SystemError) in try records.save(record.name, record.text) }
    }

    /// Ends what has served a device that is gone, or that never came to be.
    func endHelpers(of device: DomainDevice) async {
        var aliases = Set([device.alias].compactMap { $0 })
        if case .disk(let disk) = device {
            aliases = Set(BlockImage(disk).chain.map(\.storageNode))
            if await takesReservationsAlong(disk) { aliases.insert(QEMUGuest.reservationAlias) }
        }
        let ended = (guest?.helpers ?? []).filter { aliases.contains($0.alias) }
        if ended.isEmpty { return }
        guest?.helpers.removeAll { ended.contains($0) }
        await ended.end(context.log)
        saveRecordSoon()
    }

    /// Whether the last disk that needed reservations is gone; QEMU's object for them goes too.
    private func takesReservationsAlong(_ disk: DiskDevice) async -> Bool {
        guard disk.hasManagedReservations, hasHelper(QEMUGuest.reservationAlias) else { return false }
        let others = snapshot.live?.devices.disks.filter { $0.info.alias != disk.info.alias } ?? []
        if others.contains(where: \.hasManagedReservations) { return false }
        _ = try? await ask("object-del", ["id": .string(QEMUGuest.reservationAlias)])
        return true
    }
}

extension DomainDevice {
    fileprivate var hasManagedReservations: Bool {
        if case .disk(let disk) = self { disk.hasManagedReservations } else { false }
    }
}
