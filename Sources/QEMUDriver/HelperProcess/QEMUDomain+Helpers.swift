import DriverKit
import Glibc
import HostKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    /// Tells in the log when a helper ends before its guest does: its device is dead from then on.
    func watchHelpers(of aliases: Set<String>? = nil) {
        guard let guest else { return }
        for helper in guest.held.helpers where aliases?.contains(helper.alias) ?? true {
            Task { [weak self] in
                // One that can't be watched is left alone: nothing depends on this but a line in the log.
                if await helper.waitForEnd() { await self?.helperEnded(helper, of: guest.id) }
            }
        }
    }

    /// QEMU's own end takes most helpers with it, so it is given a moment to be the reason.
    private func helperEnded(_ helper: ProgramRecord, of run: Int32) async {
        if let process = guest(run)?.process, await process.ends(within: .seconds(2)) { return }
        guard let guest = guest(run), guest.life.end == nil, guest.held.helpers.contains(helper) else {
            return
        }
        self.guest?.held.helpers.removeAll { $0 == helper }
        saveRecordSoon()
        let words = await Blocking.run { helper.lastWords } ?? ""
        context.log.error("domain '\(snapshot.name)': \(words)")
    }

    /// The helpers that have been started for a run.
    func helpers(of run: Int32) -> [ProgramRecord] { guest(run)?.held.helpers ?? [] }

    /// Notes a helper that waits to run, on disk first. One whose guest has ended, or is to end, never runs.
    func note(_ helper: ProgramRecord, of run: Int32) async throws(SystemError) {
        guard let guest = guest(run), guest.life.end == nil else {
            throw SystemError(call: "start", errno: ECANCELED, context: helper.name)
        }
        self.guest?.held.helpers.note(helper)
        try await writeRecord()
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
        let run = try requireGuest()
        for helper in helpers {
            guest?.held.leftovers += helper.allLeftovers
            let start = helper.start(
                for: snapshot.name, context.configuration, home: run.held.folder
            ) { (record) async throws(SystemError) in try await self.note(record, of: run.id) }
            _ = try await start.start()
        }
        if needsReservations { try await add([.object(new.reservationObject)]) }
        if !helpers.isEmpty { watchHelpers(of: Set(helpers.map(\.alias))) }
    }

    private func hasHelper(_ alias: String) -> Bool {
        guest?.held.helpers.contains { $0.alias == alias } ?? false
    }

    /// Ends what has served a device of a run that is gone, or that never came to be.
    func endHelpers(of device: DomainDevice, of run: Int32) async {
        var aliases = Set([device.alias].compactMap { $0 })
        if case .disk(let disk) = device {
            aliases = Set(BlockImage(disk).chain.map(\.storageNode))
            if await takesReservationsAlong(disk) { aliases.insert(QEMUGuest.reservationAlias) }
        }
        let ended = helpers(of: run).filter { aliases.contains($0.alias) }
        if ended.isEmpty { return }
        // They stay on record until they are gone: a daemon that is killed meanwhile leaves them to the next one.
        await ended.end(context.log)
        guard guest(run) != nil else { return }
        guest?.held.helpers.removeAll { ended.contains($0) }
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
