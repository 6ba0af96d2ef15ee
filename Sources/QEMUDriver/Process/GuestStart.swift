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
    fileprivate func close() {
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

    /// The number of the monitor's socket in QEMU.
    static let monitorNumber: Int32 = 3

    private var configuration: QEMUConfiguration { context.configuration }

    /// The folder of this start: short enough for sockets in it.
    private var folder: String { "\(configuration.library)/domain-\(shortName)" }

    /// The key that QEMU and the daemon share.
    private var keyFile: String { folder + "/master-key.aes" }

    private var channelFolder: String { configuration.channelFolder(of: folder) }

    private var shortName: String { definition.shortName(ofStart: id) }

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

    /// Makes the guest's folders, and in its own the monitor's socket: before anybody else may write there.
    private func makeFolders(_ key: SecretBytes) throws(SystemError) -> Descriptor {
        try FileSystem.removeTree(folder)
        try FileSystem.makeDirectory(folder, mode: 0o700)
        try FileSystem.makeDirectory(configuration.channels, mode: 0o711, parents: true)
        try FileSystem.removeTree(channelFolder)
        try makeOwned(channelFolder)
        try makeOwned(configuration.memoryFolder(of: folder))
        let monitor = try UnixSocket.listen(at: folder + "/monitor.sock", mode: 0o600)
        try FileSystem.replace(
            keyFile, with: key.withBytes { Array($0) }, owner: configuration.account, survivesPowerCut: false)
        try openFolder()
        return monitor
    }

    /// Lets the guest's user write into the guest's folder, in which nobody takes away or replaces what is the daemon's.
    private func openFolder() throws(SystemError) {
        let directory = try FileSystem.open(folder, .directory, links: .refuseLast)
        if let account = configuration.account {
            try directory.setOwner(user: ThisProcess.user, group: account.group)
        }
        try directory.setMode(configuration.account == nil ? 0o711 : 0o1771)
    }

    /// Makes a folder that is the guest's user's.
    private func makeOwned(_ folder: String) throws(SystemError) {
        try FileSystem.makeDirectory(folder, mode: 0o711, parents: true)
        guard let account = configuration.account else { return }
        let directory = try FileSystem.open(folder, .directory, links: .trusted)
        try directory.setOwner(user: account.user, group: account.group)
    }

    /// Gives a guest that has none yet a store for its firmware's variables, or one that is to forget them a new one.
    private func makeVariables(_ live: DomainDefinition) throws(SystemError) {
        guard let nvram = live.os.nvram, let path = nvram.path, let template = nvram.template,
            resetsVariables || !FileSystem.exists(path)
        else { return }
        if let folder = FileSystem.parent(of: path) {
            try FileSystem.makeDirectory(folder, mode: 0o711, parents: true)
        }
        let content = try FileSystem.read(template, limit: 64 << 20)
        try FileSystem.replace(path, with: content, mode: 0o600, owner: configuration.account)
    }

    /// Makes the folders that the guest's memory is kept in where it is made of huge pages.
    private func makeHugepageFolders(_ live: DomainDefinition) throws(SystemError) {
        guard live.usesHugePages else { return }
        for mount in context.hugepageMounts.value { try makeOwned(mount.folder(of: shortName)) }
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

    // MARK: Launch

    /// Starts QEMU and what serves it, and joins its monitor. The record of the run is on disk before QEMU runs.
    func launch(_ prepared: PreparedGuest, domain: QEMUDomain) async throws(VirtError) {
        do throws(VirtError) {
            try await context.claimPorts(of: prepared.definition)
            let helperEnds = try await startHelpers(prepared, domain: domain)
            let process = try await startProcess(prepared, helperEnds, domain)
            // QEMU alone holds the socket from here on: when it goes, whoever waits there hears of it.
            prepared.close()
            try await domain.watch(process, ofStart: id)
            try await domain.openMonitor(of: id)
        } catch {
            prepared.close()
            throw await explained(error, prepared, domain)
        }
    }

    private func startProcess(
        _ prepared: PreparedGuest, _ helperEnds: [Int32: Descriptor], _ domain: QEMUDomain
    ) async throws(VirtError) -> ProcessHandle {
        let variables = GuestEnvironment.variables(prepared.held.folder, of: prepared.definition)
        let environment = Dictionary(variables.map { ($0.name, $0.value) }) { $1 }
        var orders = LaunchOrders(
            prepared.emulator, prepared.arguments, environment: environment)
        (orders.output, orders.errorOutput) = (prepared.log.input, prepared.log.input)
        orders.logs = [prepared.log] + prepared.descriptors.logs
        (orders.logLimits, orders.logEnd) = (configuration.logLimits, prepared.logEnd)
        orders.descriptors = prepared.descriptors.open.merging(helperEnds) { $1 }
        orders.descriptors[Self.monitorNumber] = prepared.monitor
        orders.owner = configuration.account
        orders.groups = configuration.account == nil ? nil : configuration.groups
        orders.fileMask = 0o027
        let (context, name) = (context, definition.name)
        let (memory, cpus) = (prepared.definition.lockedMemory, prepared.definition.hostCPUsOfEmulator)
        do throws(SystemError) {
            return try await context.programs.launch(orders) { (process) async throws(SystemError) in
                if let memory { try process.allow(memory) }
                // Threads start where the one does that starts them.
                if let cpus { try HostThread(process.identity.id).setAffinity(cpus.members) }
                try await domain.note(process, of: id)
                try await Blocking.run { () throws(SystemError) in
                    try FileSystem.replace(
                        "\(context.configuration.run)/\(name).pid", with: "\(process.identity.id)\n",
                        mode: 0o644, survivesPowerCut: false)
                }
            }
        } catch {
            throw VirtError(
                error, "QEMU could not be started for domain '\(name)' (\(error.call) \(prepared.emulator))")
        }
    }

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

    /// An error with what QEMU said before it gave up, and with what its helpers said that have ended too.
    private func explained(
        _ error: VirtError, _ prepared: PreparedGuest, _ domain: QEMUDomain
    ) async -> VirtError {
        if await domain.isToEnd(id) {
            return VirtError(
                .operationAborted, "domain '\(definition.name)' was destroyed while it was started",
                from: .qemu)
        }
        let log = ProgramLog(ofGuest: definition.name, configuration)
        let helpers = await domain.helpers(of: id)
        await prepared.logEnd.wait(within: .seconds(2))
        let (said, others) = await Blocking.run {
            (log.tail(ProgramLog.linesOfQEMU, from: prepared.logStart), helpers.compactMap(\.lastWords))
        }
        if said.isEmpty && others.isEmpty { return error }
        let words = ([said.isEmpty ? error.message : said] + others).joined(separator: "\n")
        return VirtError(
            .internalError, "QEMU unexpectedly closed the monitor (vm='\(definition.name)'): \(words)",
            from: .qemu)
    }
}
