import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// A start that is only thought of: what a domain would be run with. Nothing of the host is touched.
struct DryStart: Sendable {
    /// The document of the guest that would run.
    private(set) var domain: DomainDefinition
    /// The folder of the start.
    let folder: String
    private(set) var arguments = QEMUArguments()
    /// What would serve the guest beside QEMU.
    private(set) var helpers: [HelperProcess] = []

    /// What it is thought of for.
    enum Purpose {
        /// A command that somebody else runs: QEMU makes its monitor's socket itself, and images are taken as named. What
        /// is secret is in it, for a key that only the guest would have.
        case conversion(any SecretSource)
        /// What the driver itself would run, with what a start has.
        case explanation(QEMUResources, HelperHost)
    }

    init(
        _ definition: DomainDefinition, _ qemu: QEMUCapabilities, _ configuration: QEMUConfiguration,
        _ volumes: any StorageVolumes, for purpose: Purpose
    ) throws(ConfigurationError) {
        domain = definition
        do throws(VirtError) { try domain.locateVolumes(in: volumes) } catch { throw .refused(error) }
        let shortName = definition.shortName(ofStart: -1)
        folder = "\(configuration.library)/domain-\(shortName)"
        try domain.prepareForStart(qemu, host: QEMUContext.startHost())
        domain.filling("a free port of the host; which one, only the start can say") { $0.assumePorts() }
        let channels = configuration.channelFolder(of: folder)
        domain.filling("in a folder of the guest's own") { $0.placeSockets(in: channels) }
        var resources: QEMUResources
        switch purpose {
        case .conversion(let secrets):
            resources = QEMUResources(
                domainFolder: folder, shortName: shortName, monitorDescriptor: GuestStart.monitorNumber)
            resources.monitorPath = folder + "/monitor.sock"
            resources.runFolder = configuration.run
            resources.memoryFolder = configuration.library + "/ram"
            resources.vncListen = configuration.vncListen
            resources.lookOnHost()
            // Whoever runs the command has yet to open the device, and choose a number where none is named.
            resources.vsockDescriptor = { _ in "-1" }
            resources.vsockCID = { _ in 0 }
            resources.secret = GuestSecrets(forNobodyFrom: secrets).sealed
        case .explanation(let known, let host):
            resources = known
            prepare(qemu, configuration, host, &resources)
        }
        resources.tapDescriptors = { card, alias in
            // A number of its own for each: what it will be, only a start can say.
            let number = UInt16(Substring(alias.utf8.drop { !$0.isDigit })) ?? 0
            return TapDescriptors(descriptors: ["\(22 + Int(number))"])
        }
        resources.now = { Int64(clamping: CalendarTime.now.seconds) }
        arguments = try QEMUCommandLine.explained(
            for: QEMUGuest(domain: domain, qemu: qemu, resources: resources))
    }

    /// What the driver does before it starts QEMU, as far as it can be thought of. What can't be had, be it an image or
    /// a helper, is no reason to explain nothing.
    private mutating func prepare(
        _ qemu: QEMUCapabilities, _ configuration: QEMUConfiguration, _ host: HelperHost,
        _ resources: inout QEMUResources
    ) {
        domain.filling("what the images say lies below them") { domain in
            try? ImageChain.fill(&domain, account: configuration.account)
        }
        domain.filling("where and as whom Roost runs its guests") { $0.noteHost(configuration.account) }
        domain.filling("the program that this host has for it") { $0.chooseFolderServers(host.vhostUser) }
        let guest = QEMUGuest(domain: domain, qemu: qemu, resources: resources)
        helpers = (try? guest.helpers(host)) ?? []
        resources.useDescriptors(of: helpers)
        GuestDescriptors(planning: domain).fill(&resources)
    }
}
