import DriverKit
import HostKit
import LinuxSystem
import Logging
import QEMUModel
import Synchronization
import Virt
import VirtDriver
import VirtXML

/// What all domains of the driver share: configuration, files, binaries, events.
final class QEMUContext: DomainHost {
    let configuration: QEMUConfiguration
    let events: EventHub
    let log: Logger
    let domains = DomainRegistry<QEMUDomain>(origin: .qemu)
    /// Persistent definitions.
    let definitions: DefinitionStore<DomainDefinition>
    /// Records of snapshots and checkpoints.
    let momentStores: MomentStores
    var moments: MomentStores? { momentStores }
    /// What is being done with the snapshots of domains.
    let plans: DocumentStore
    /// Records of running guests.
    let records: DocumentStore
    /// What running guests were started with.
    let starts: DocumentStore
    /// What guests that are not defined were given, before anything was filled in.
    let written: DocumentStore
    let ports: PortPool
    /// What of the host's files guests have.
    let files: GivenFiles
    /// What the host can do as it was told last, as text, and of which guests.
    let capabilitiesText = Published<(guests: [InstalledGuest], text: String)?>(nil)
    /// What was said of binaries that can't be asked, by their paths.
    private let toldProblems = Mutex<[String: String]>([:])
    /// Where the host has huge pages mounted.
    let hugepageMounts = Published<[HugepageMount]>([])
    let vhostUserFeatures = VhostUserFeatures()
    /// Who keeps the values of secrets.
    let secrets: any SecretSource
    /// Who gives cards their places on networks.
    let networks: any NetworkPorts
    /// Who finds disks that are said by pool and volume.
    let volumes: any StorageVolumes
    /// Who has cards' packets go through filters.
    let filters: any FilterBindings
    let cardNames = CardNames()
    private let prober: QEMUProber
    let programs: any QEMUPrograms

    /// - Parameter programs: what plays QEMU; the installed binaries where nil.
    init(
        configuration: QEMUConfiguration, secrets: any SecretSource = NoSecretSource(),
        networks: any NetworkPorts = NoNetworkPorts(), filters: any FilterBindings = NoFilterBindings(),
        volumes: any StorageVolumes = NoStorageVolumes(), events: EventHub, log: Logger,
        programs: (any QEMUPrograms)? = nil
    ) {
        (self.secrets, self.networks) = (secrets, networks)
        (self.filters, self.volumes) = (filters, volumes)
        self.configuration = configuration
        self.events = events
        self.log = log
        definitions = DefinitionStore(
            folder: configuration.definitions, autostart: true, editedBy: "edit", origin: .qemu
        ) { $0.name }
        momentStores = MomentStores(library: configuration.library, origin: .qemu)
        plans = DocumentStore(folder: configuration.library + "/snapshot-plans", suffix: ".json")
        records = DocumentStore(folder: configuration.run, suffix: ".live", survivesPowerCut: false)
        starts = DocumentStore(folder: configuration.run, suffix: ".start", survivesPowerCut: false)
        written = DocumentStore(folder: configuration.library + "/written", survivesPowerCut: false)
        ports = PortPool(configuration.vncPorts)
        files = GivenFiles(
            account: configuration.givesImages ? configuration.account : nil, groups: configuration.groups)
        prober = QEMUProber(cache: configuration.cache + "/capabilities")
        self.programs = programs ?? InstalledPrograms(prober: prober)
    }

    /// Makes the folders that are missing; may wait.
    func prepare() throws(SystemError) {
        try records.prepare(mode: 0o711)
        for folder in [configuration.library, configuration.logs] {
            try FileSystem.makeDirectory(folder, mode: 0o711, parents: true)
        }
        try written.prepare()
        try FileSystem.makeDirectory(managedSaves, mode: 0o700, parents: true)
        try plans.prepare()
        try FileSystem.makeDirectory(configuration.cache, mode: 0o700, parents: true)
        findHugepages()
    }

    /// Looks where huge pages are mounted now; may wait.
    func findHugepages() {
        hugepageMounts.publish(HugepageMount.mounted())
    }

    /// What a binary can do; asked once, and again when it has changed.
    func capabilities(of emulator: String) async throws(VirtError) -> QEMUCapabilities {
        do throws(QEMUProbeError) {
            return try await programs.capabilities(of: emulator)
        } catch {
            throw VirtError(error)
        }
    }

    /// The guests that the installed binaries run, one of each architecture; binaries that can't be asked are
    /// left out, with a word in the log.
    func guests() async -> [InstalledGuest] {
        let prober = prober
        let binaries = await Blocking.run { QEMUArchitecture.emulators() }
        let summaries = await prober.summaries(of: Set(binaries.map(\.path)))
        for case (let path, .failure(let error)) in summaries { tellOnce("\(error)", of: path) }
        return binaries.compactMap { binary in
            guard case .success(let summary) = summaries[binary.path] else { return nil }
            return InstalledGuest(architecture: binary.architecture, binary: summary)
        }
    }

    /// Says what is wrong with a binary, if that is news: any client may have the binaries asked as often as it likes.
    private func tellOnce(_ text: String, of path: String) {
        if toldProblems.withLock({ $0.updateValue(text, forKey: path) }) != text { log.warning("\(text)") }
    }

    /// What is to be told to people about the host; nil if nothing is wrong.
    var warning: String? { prober.warning }
}
