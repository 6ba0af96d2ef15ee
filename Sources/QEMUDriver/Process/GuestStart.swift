import DriverKit
import Glibc
import HostKit
import LinuxSystem
import QEMUModel
import QMP
import Sealing
import Virt
import VirtXML
import XMLBinding

/// What one start of a guest needs, once it is all there.
struct PreparedGuest: Sendable {
    /// The live document: aliases, ports and paths filled in.
    var definition: DomainDefinition
    /// What the start holds of the host, as it will stand on disk.
    let held: LiveRecord
    let emulator: String
    let arguments: [String]
    let monitor: Descriptor
    let descriptors: GuestDescriptors
    let log: LogFile
    /// Tells when all that QEMU has said is in its log.
    let logEnd: LogEnd
    /// How long the log was before.
    let logStart: UInt64
    /// What is to serve the guest beside QEMU.
    let helperProcesses: [HelperProcess]

    /// Closes what QEMU alone is to hold.
    func close() {
        monitor.close()
        descriptors.close()
        log.close()
    }
}

/// One start of a guest, from its definition to a QEMU that waits at its monitor.
struct GuestStart: Sendable {
    let context: QEMUContext
    let definition: DomainDefinition
    let id: Int32
    var startsPaused = false
    /// Whether the firmware forgets what it was told.
    var resetsVariables = false
    /// What is read instead of booting.
    var saved: SavedGuest?

    /// The number of the monitor's socket in QEMU.
    static let monitorNumber: Int32 = 3

    var configuration: QEMUConfiguration { context.configuration }

    /// The folder of this start: short enough for sockets in it.
    var folder: String { "\(configuration.library)/domain-\(shortName)" }

    /// The key that QEMU and the daemon share.
    var keyFile: String { folder + "/master-key.aes" }

    var channelFolder: String { configuration.channelFolder(of: folder) }

    var shortName: String { definition.shortName(ofStart: id) }

    // MARK: Preparation

    /// Makes all that QEMU will need: folder, key, sockets, files, arguments.
    func prepare() async throws(VirtError) -> PreparedGuest {
        try configuration.requireAccount(for: definition.name)
        var live = definition
        live.id = id
        guard let emulator = live.devices.emulator else {
            throw VirtError(
                .configUnsupported, "the domain names no emulator, and none is installed for it", from: .qemu)
        }
        let qemu = try await context.capabilities(of: emulator)
        let host = await context.helperHost(for: live)
        let (context, id, document) = (context, id, live)
        let result = await Blocking.run { () -> Result<PreparedGuest, VirtError> in
            do throws(VirtError) {
                return .success(try self.prepare(document, qemu, host, context, id))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func prepare(
        _ definition: DomainDefinition, _ qemu: QEMUCapabilities, _ host: HelperHost, _ context: QEMUContext,
        _ id: Int32
    ) throws(VirtError) -> PreparedGuest {
        var live = definition
        var ports: [UInt16] = []
        var ownerships: [FileOwnership] = []
        do {
            try live.locateVolumes(in: context.volumes)
            try live.prepareForStart(qemu, host: QEMUContext.startHost())
            live.dropMissingMedia()
            try ImageChain.fill(&live, account: configuration.account)
            ports = try live.takePorts(context)
            live.noteListenAddresses(vnc: resources().vncListen, spice: resources().spiceListen)
            live.placeSockets(in: channelFolder)
            live.noteHost(configuration.account)
            live.chooseFolderServers(host.vhostUser)
            if live.usesHugePages { context.findHugepages() }
            try context.placeCards(of: &live)
            let cards = try live.hostCards(configuration)
            let key = BlockCipher.freshKey()
            let secrets = GuestSecrets(source: context.secrets, cipher: BlockCipher(key: key))
            var guest = QEMUGuest(domain: live, qemu: qemu, resources: resources())
            guest.resources.secret = secrets.sealed
            if saved != nil { guest.resources.incoming = "defer" }
            let helpers = try guest.helpers(host)
            let monitor = try makeFolders(key)
            try makeHugepageFolders(live)
            try makeVariables(live)
            ownerships = try context.files.reserve(live.usedFiles)
            guest.resources.useDescriptors(of: helpers)
            var descriptors = try GuestDescriptors(for: live, account: configuration.account)
            descriptors.plan(cards)
            descriptors.fill(&guest.resources)
            let log = ProgramLog(ofGuest: live.name, configuration)
            let line = try QEMUCommandLine.explained(for: guest)
            try? context.starts.save(live.name, CommandLineRecord(line, live).text)
            // Turns that were made from the machine's boot order are not the devices' own.
            if !definition.os.boot.isEmpty { live.devices.forEachInfo { $0.boot = nil } }
            log.begin(emulator: qemu.emulator, version: qemu.version, arguments: line.words)
            let start = log.size
            let held = try record(live, id, ownerships, ports, helpers)
            // Whose the files were is on disk before they change hands.
            try context.records.save(live.name, held.text)
            try context.files.handOver(ownerships)
            try descriptors.make(cards)
            return PreparedGuest(
                definition: live, held: held, emulator: qemu.emulator, arguments: line.words,
                monitor: monitor, descriptors: descriptors, log: try log.forProgram(), logEnd: try LogEnd(),
                logStart: start, helperProcesses: helpers)
        } catch {
            context.giveBack(ports, ownerships, folder)
            for card in live.devices.interfaces { HostCard.remove(card) }
            try? context.starts.remove(live.name)
            try? context.records.remove(live.name)
            throw virtError(error)
        }
    }

    private func virtError(_ error: any Error) -> VirtError {
        switch error {
        case let error as VirtError: error
        case let error as ConfigurationError: VirtError(error)
        case let error as SystemError:
            VirtError(
                error, "domain '\(definition.name)' can't be started (\(error.call) \(error.context ?? ""))")
        default: VirtError(.internalError, "\(error)", from: .qemu)
        }
    }

    /// The secrets of a guest that runs.
    func secrets() -> GuestSecrets {
        let key = try? FileSystem.read(keyFile, limit: 4096)
        return GuestSecrets(
            source: context.secrets, cipher: key.flatMap { BlockCipher(key: SecretBytes($0)) })
    }

    /// What the host has for the guest, but for what is secret.
    func resources() -> QEMUResources {
        var resources = QEMUResources(
            domainFolder: folder, shortName: shortName, monitorDescriptor: Self.monitorNumber)
        resources.runFolder = configuration.run
        resources.memoryFolder = configuration.library + "/ram"
        resources.vncListen = configuration.vncListen
        resources.hugepageMounts = context.hugepageMounts.value
        resources.tpmSocket = "\(configuration.run)/swtpm/\(shortName)-swtpm.sock"
        resources.usesNbdkit = configuration.usesNbdkit
        resources.usesSlirpHelper = FileSystem.exists(configuration.slirpHelper)
        resources.now = { Int64(clamping: CalendarTime.now.seconds) }
        resources.lookOnHost()
        resources.concealSecrets()
        return resources
    }

    // MARK: Record

    private func record(
        _ live: DomainDefinition, _ id: Int32, _ ownerships: [FileOwnership], _ ports: [UInt16],
        _ helpers: [HelperProcess]
    ) throws -> LiveRecord {
        guard let uuid = live.uuid else {
            throw VirtError(.internalError, "a domain has no UUID", from: .qemu)
        }
        var record = LiveRecord(
            name: live.name, uuid: uuid, id: id, process: nil, folder: folder,
            state: DomainState.paused.rawValue, reason: DomainPausedReason.startingUp.rawValue,
            ownerships: ownerships, ports: ports, xml: try live.xml(options: .secure))
        record.startsPaused = startsPaused
        record.leftovers = helpers.flatMap(\.allLeftovers)
        return record
    }
}
