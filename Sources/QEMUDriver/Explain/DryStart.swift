import LinuxSystem
import VirtXML

/// A start that is only thought of: what a domain would be run with. Nothing of the host is touched.
struct DryStart: Sendable {
    /// The document of the guest that would run.
    private(set) var domain: DomainDefinition
    /// The folder of the start.
    let folder: String
    private(set) var arguments = QEMUArguments()

    /// What it is thought of for.
    enum Purpose {
        /// A command that somebody else runs: QEMU makes its monitor's socket itself, and images are taken as named.
        case conversion
        /// What the driver itself would run.
        case explanation
    }

    init(
        _ definition: DomainDefinition, _ qemu: QEMUCapabilities, _ configuration: QEMUConfiguration,
        for purpose: Purpose
    ) throws(ConfigurationError) {
        domain = definition
        let shortName = "-1-" + String(definition.name.prefix(20))
        folder = "\(configuration.library)/domain-\(shortName)"
        try domain.prepareForStart(qemu)
        if purpose == .explanation {
            // Images that can't be read are no reason to explain nothing.
            domain.filling("what the images say lies below them") { domain in
                try? ImageChain.fill(&domain, account: configuration.account)
            }
            domain.filling("where and as whom Roost runs its guests") { $0.noteHost(configuration.account) }
        }
        domain.filling("a free port of the host; which one, only the start can say") { $0.assumePorts() }
        let channels = configuration.channelFolder(of: folder)
        domain.filling("in a folder of the guest's own") { $0.placeSockets(in: channels) }
        var resources = QEMUResources(
            domainFolder: folder, shortName: shortName, monitorDescriptor: GuestStart.monitorNumber)
        if purpose == .conversion { resources.monitorPath = folder + "/monitor.sock" }
        resources.runFolder = configuration.run
        resources.memoryFolder = configuration.library + "/ram"
        resources.vncListen = configuration.vncListen
        resources.tapDescriptors = { card, alias in
            // A number of its own for each: what it will be, only a start can say.
            TapDescriptors(descriptors: ["\(22 + (Int(alias.drop { !$0.isNumber }) ?? 0))"])
        }
        resources.now = { Int64(clamping: CalendarTime.now.seconds) }
        arguments = try QEMUCommandLine.explained(
            for: QEMUGuest(domain: domain, qemu: qemu, resources: resources))
    }
}
