import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// What stands for the host and for the guest in these tests.
struct HelperBench {
    var host = HelperHost()
    var usesSlirp = false
    var usesNbdkit = false

    private static let qemu = try? RecordedQEMU.x86.capabilities()

    /// The helpers of a guest with some devices.
    func helpers(_ devices: String, name: String = "guest") throws
        -> [HelperProcess]
    {
        var domain = try DomainDefinition(
            xml: """
                <domain type="qemu"><name>\(name)</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
                <memory>65536</memory><memoryBacking><access mode="shared"/></memoryBacking><os><type arch="x86_64" machine="q35">hvm</type></os>
                <devices>\(devices)</devices></domain>
                """, options: .inactive)
        let qemu = try #require(Self.qemu)
        domain.devices.emulator = qemu.emulator
        try domain.fillQEMUDefaults(
            qemu, host: QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) })
        try domain.prepareForStart(qemu)
        domain.chooseFolderServers(host.vhostUser)
        var resources = QEMUResources(
            domainFolder: "/lib/domain-1-guest", shortName: "1-guest", monitorDescriptor: 3)
        resources.runFolder = "/run/qemu"
        (resources.usesSlirpHelper, resources.usesNbdkit) = (usesSlirp, usesNbdkit)
        return try QEMUGuest(domain: domain, qemu: qemu, resources: resources).helpers(host)
    }

    func only(_ devices: String, name: String = "guest") throws -> HelperProcess {
        let helpers = try helpers(devices, name: name)
        #expect(helpers.count == 1)
        return try #require(helpers.first)
    }
}
