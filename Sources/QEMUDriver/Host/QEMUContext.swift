import DriverKit
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtXML

/// What all domains of the driver share: configuration, files, binaries, events.
final class QEMUContext: Sendable {
    let configuration: QEMUConfiguration
    let events: EventHub
    let log: Logger
    let registry = DomainRegistry<QEMUDomain>(origin: .qemu)
    /// Persistent definitions.
    let definitions: DocumentStore
    /// Links to those that start with the daemon.
    let autostart: DocumentStore
    /// Records of running guests.
    let records: DocumentStore
    /// What running guests were started with.
    let starts: DocumentStore
    /// Definitions as they were given, before anything was filled in.
    let written: DocumentStore
    let ports: PortPool
    /// What of the host's files guests have.
    let files: GivenFiles
    /// What host and binaries can do, as text; made when first asked for.
    let capabilitiesText = Published<String?>(nil)
    /// Where the host has huge pages mounted.
    let hugepageMounts = Published<[HugepageMount]>([])
    let vhostUserFeatures = VhostUserFeatures()
    private let prober: QEMUProber
    private let known = Mutex<[String: QEMUCapabilities]>([:])

    init(configuration: QEMUConfiguration, events: EventHub, log: Logger) {
        self.configuration = configuration
        self.events = events
        self.log = log
        definitions = DocumentStore(folder: configuration.definitions)
        autostart = DocumentStore(folder: configuration.definitions + "/autostart")
        records = DocumentStore(folder: configuration.run, suffix: ".live", survivesPowerCut: false)
        starts = DocumentStore(folder: configuration.run, suffix: ".start", survivesPowerCut: false)
        written = DocumentStore(folder: configuration.library + "/written", survivesPowerCut: false)
        ports = PortPool(configuration.vncPorts)
        files = GivenFiles(
            account: configuration.givesImages ? configuration.account : nil, groups: configuration.groups)
        prober = QEMUProber(cache: configuration.cache + "/capabilities")
    }

    /// Makes the folders that are missing; may wait.
    func prepare() throws(SystemError) {
        try definitions.prepare()
        try autostart.prepare()
        try records.prepare(mode: 0o711)
        for folder in [configuration.library, configuration.logs] {
            try FileSystem.makeDirectory(folder, mode: 0o711, parents: true)
        }
        try written.prepare()
        try FileSystem.makeDirectory(configuration.cache, mode: 0o700, parents: true)
        findHugepages()
    }

    /// Looks where huge pages are mounted now; may wait.
    func findHugepages() {
        hugepageMounts.publish(HugepageMount.mounted())
    }

    /// What a binary can do; asked once, and again when it has changed.
    func capabilities(of emulator: String) async throws(VirtError) -> QEMUCapabilities {
        if let capabilities = known.withLock({ $0[emulator] }) { return capabilities }
        do throws(QEMUProbeError) {
            let capabilities = try await prober.capabilities(of: emulator)
            known.withLock { $0[emulator] = capabilities }
            // Reading the answers took several times the memory of what is kept of them.
            ThisProcess.returnMemory()
            return capabilities
        } catch {
            throw VirtError(error)
        }
    }

    /// What all installed binaries can do; those that can't be asked are left out, with a word in the log.
    func installed() async -> [QEMUCapabilities] {
        let emulators = await Blocking.run { QEMUProber.emulators() }
        var found: [QEMUCapabilities] = []
        for (emulator, result) in await prober.capabilities(of: emulators).sorted(by: { $0.key < $1.key }) {
            switch result {
            case .success(let capabilities):
                found.append(capabilities)
                known.withLock { $0[emulator] = capabilities }
            case .failure(let error): log.warning("\(error)")
            }
        }
        ThisProcess.returnMemory()
        return found
    }

    /// What is to be told to people about the host; nil if nothing is wrong.
    var warning: String? { prober.warning }
}
