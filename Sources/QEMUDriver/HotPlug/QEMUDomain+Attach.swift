import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension QEMUDomain {
    func attachDevice(xml: String) async throws(VirtError) {
        try await attachDeviceFlags(xml: xml, flags: .live)
    }

    func attachDeviceFlags(xml: String, flags: DomainDeviceModifyFlags) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainAttachDeviceLiveAndConfig", from: .qemu)
        try await change("attach", .init(flags), completing: true) { (definition) throws(VirtError) in
            try definition.add(try DomainDevice(device: xml))
        } live: { (domain, _) async throws(VirtError) in
            try await domain.plug(try DomainDevice(device: xml))
        }
    }

    /// Gives the running guest a device.
    private func plug(_ given: DomainDevice) async throws(VirtError) {
        try requireGuest()
        try given.checkLiveAttach()
        let device = try given.located(in: context.volumes)
        if case .lease = device {
            publish { $0.live?.devices.insert(device) }
            return saveRecordSoon()
        }
        guard let live = snapshot.live, let emulator = live.devices.emulator else { return }
        let qemu = try await context.capabilities(of: emulator)
        var added = try await newDevices(device, in: live, qemu)
        for index in added.indices {
            added[index] = try await examined(added[index])
            try await plug(added[index], qemu)
        }
        saveRecordSoon()
    }

    /// The device with all that was left open about it, behind what it needs.
    private func newDevices(
        _ device: DomainDevice, in live: DomainDefinition, _ qemu: QEMUCapabilities
    ) async throws(VirtError) -> [DomainDevice] {
        let (last, folder) = (lastImage, guest?.held.folder ?? "")
        var filled = live
        do throws(ConfigurationError) {
            filled = try HotPlug(device, into: live).filled
        } catch {
            throw VirtError(error)
        }
        try await context.complete(&filled)
        filled.placeSockets(in: channelFolder)
        do throws(ConfigurationError) {
            var plan = HotPlug(before: live, filled: filled)
            return try plan.devices(qemu, image: last, folder: folder)
        } catch {
            throw VirtError(error)
        }
    }

    /// Plugs one device in, and notes it in the live document.
    private func plug(_ device: DomainDevice, _ qemu: QEMUCapabilities) async throws(VirtError) {
        guard var live = snapshot.live else { return }
        let run = try requireGuest().id
        let device = try await placed(await withFolderServer(device), in: live)
        live.devices.insert(device)
        let parts = try await newParts(of: device, in: live, qemu)
        try await adjustLockedMemory(for: live)
        let given = try await give(device)
        do throws(VirtError) {
            try await startHelpers(of: device, hotPlugGuest(live, qemu))
            try await record(live)
            try await connect(device, in: live)
            try await add(parts)
            try await limit(device, orRemove: parts)
        } catch {
            await disconnect(device)
            await takeBack(given, of: run)
            await endHelpers(of: device, of: run)
            if let former = snapshot.live { try? await adjustLockedMemory(for: former) }
            throw error
        }
        if case .disk(let disk) = device { noteImage(disk.highestImage) }
        publish { $0.live?.devices.insert(device) }
        // Whoever made its bridge again meanwhile didn't know of it.
        if case .interface(let card) = device { await seeToPlace(of: card) }
        try? await learnCharacterDevices()
        if case .interface(let card) = device, card.linkState == .down, let alias = device.alias {
            try await setLink(alias, isUp: false)
        }
        guard let alias = device.alias, guest(run) != nil else { return }
        context.events.publish(
            .domainDeviceAdded(DomainDeviceAddedEvent(domain: snapshot.reference, devAlias: alias)))
    }

    /// Writes down what the guest is about to be. A daemon that is killed before QEMU has the device sees that it hasn't;
    /// one that knew nothing of it would leave it in QEMU.
    private func record(_ live: DomainDefinition) async throws(VirtError) {
        guard let xml = try? live.xml(options: .secure) else { return }
        do throws(SystemError) {
            try await writeRecord { $0.xml = xml }
        } catch {
            throw VirtError(error, "the record of domain '\(snapshot.name)' can't be written")
        }
    }

    /// The number that was given to an image last; one that QEMU hasn't closed yet counts.
    var lastImage: UInt32 {
        let stale = guest?.held.staleImages.max() ?? 0
        return max(guest?.lastImage ?? 0, snapshot.live?.lastImage ?? 0, stale)
    }

    /// Notes that an image has a number, which none will have again.
    func noteImage(_ number: UInt32) {
        let last = max(lastImage, number)
        guest?.lastImage = last
    }

    /// The parts of a device that the running guest is to have.
    func newParts(
        of device: DomainDevice, in live: DomainDefinition, _ qemu: QEMUCapabilities
    ) async throws(VirtError) -> [QEMUPart] {
        let start = GuestStart(context: context, definition: live, id: snapshot.id)
        let secrets = await Blocking.run { start.secrets() }
        return try parts(of: device, in: live, qemu, telling: secrets)
    }

    /// The parts of a device of the running guest.
    ///
    /// - Parameter secrets: what is secret about the device, where it isn't to be concealed: of one that the guest has it
    ///   isn't said again.
    func parts(
        of device: DomainDevice, in live: DomainDefinition, _ qemu: QEMUCapabilities,
        telling secrets: GuestSecrets? = nil
    ) throws(VirtError) -> [QEMUPart] {
        var guest = hotPlugGuest(live, qemu)
        if let secrets { guest.resources.secret = secrets.sealed }
        do throws(ConfigurationError) {
            return try guest.hotPlugParts(of: device)
        } catch {
            throw VirtError(error)
        }
    }

    /// The running guest as the description of a new device looks at it.
    func hotPlugGuest(_ live: DomainDefinition, _ qemu: QEMUCapabilities) -> QEMUGuest {
        let start = GuestStart(context: context, definition: live, id: snapshot.id)
        var resources = start.resources()
        // QEMU's own network serves a card that comes later: nobody has put it onto the guest's bus.
        resources.usesSlirpHelper = false
        resources.tapDescriptors = { (card, alias) in card.lentEnds(alias, of: live) }
        return QEMUGuest(domain: live, qemu: qemu, resources: resources)
    }

    /// Adds parts to QEMU, one after the other; those that are there already are taken away again if one fails.
    func add(_ parts: [QEMUPart]) async throws(VirtError) {
        var done: [QEMUPart] = []
        do throws(VirtError) {
            for part in parts {
                let command = try part.command()
                try await ask(command.name, command.arguments)
                done.append(part)
            }
        } catch {
            await remove(done)
            throw error
        }
    }

    /// Takes parts away, what lies deepest last. What QEMU won't give up stays.
    func remove(_ parts: [QEMUPart]) async {
        for command in parts.reversed().compactMap(\.removing) {
            _ = try? await ask(command.name, command.arguments)
        }
    }

    /// A disk with what its images say about what lies below them.
    func examined(_ device: DomainDevice) async throws(VirtError) -> DomainDevice {
        guard case .disk(let disk) = device else { return device }
        let account = context.configuration.account
        let result = await Blocking.run { () -> Result<DiskDevice, VirtError> in
            do throws(VirtError) {
                return .success(try ImageChain.filled(disk, account: account))
            } catch {
                return .failure(error)
            }
        }
        return .disk(try result.get())
    }

    private var channelFolder: String { context.configuration.channelFolder(of: guest?.held.folder ?? "") }

    /// Gives the guest's user the files of a device, once its record says whose they were. From then on they are the
    /// run's, which gives them back in the end.
    func give(_ device: DomainDevice) async throws(VirtError) -> [FileOwnership] {
        try await give(device.usedFiles, for: "the \(device.kind)")
    }

    /// Gives the guest's user files, once its record says whose they were.
    ///
    /// - Parameter owner: whose files they are, for messages.
    @discardableResult
    func give(_ wanted: [UsedFile], for owner: String) async throws(VirtError) -> [FileOwnership] {
        if wanted.isEmpty { return [] }
        let (run, files) = (try requireGuest().id, context.files)
        do throws(SystemError) {
            let given = try await Blocking.run { () throws(SystemError) in try files.reserve(wanted) }
            if guest(run) != nil {
                // The run has them, and so has this call until it is done: the run may end meanwhile.
                files.note(given)
                guest?.held.ownerships += given
                do throws(SystemError) {
                    try await writeRecord()
                    try await Blocking.run { () throws(SystemError) in try files.handOver(given) }
                } catch {
                    await takeBack(given, of: run)
                    await takeBack(given)
                    throw error
                }
            }
            await takeBack(given)
            if guest(run) != nil { return given }
        } catch {
            throw VirtError(error, "\(owner)'s files can't be given to the guest")
        }
        throw VirtError.endedMeanwhile
    }

    /// Takes files back that a run had been given, unless its end does so.
    func takeBack(_ files: [FileOwnership], of run: Int32) async {
        guard guest(run) != nil else { return }
        for file in files {
            guard let index = guest?.held.ownerships.firstIndex(of: file) else { continue }
            guest?.held.ownerships.remove(at: index)
        }
        await takeBack(files)
    }

    /// Takes files back from the guests' user.
    func takeBack(_ files: [FileOwnership]) async {
        if files.isEmpty { return }
        let given = context.files
        await Blocking.run { given.takeBack(files) }
    }
}

extension QEMUPart {
    fileprivate func command() throws(VirtError) -> MonitorCommand {
        do throws(ConfigurationError) { return try adding() } catch { throw VirtError(error) }
    }
}

extension DomainDevice {
    /// A device from its text, as it is given to a call.
    init(device xml: String, options: XMLOptions = .inactive) throws(VirtError) {
        do throws(XMLError) {
            try self.init(xml: xml, options: options)
        } catch {
            throw VirtError(document: error)
        }
    }
}

extension DomainDefinition {
    /// Adds a device to a persistent definition.
    fileprivate mutating func add(_ device: DomainDevice) throws(VirtError) {
        do throws(ConfigurationError) { try checkRoom(for: device) } catch { throw VirtError(error) }
        devices.insert(device)
    }
}
