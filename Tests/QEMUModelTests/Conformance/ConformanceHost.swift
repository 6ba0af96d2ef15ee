import Foundation
import PublishedData
import QEMUCorpus
import VirtXML

@testable import QEMUModel

/// The host that the corpus was made on, as far as its data shows it.
enum ConformanceHost {
    static func host(_ one: ConformanceCase) -> QEMUHost {
        var host = QEMUHost(architecture: one.architecture) { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = Published.firmware
        host.resolvesMachineAliases = one.version != "latest"
        host.updatesABI = one.updatesABI
        host.memoryNodes = CPUSet(0...7)
        // As on most hosts, the functions of a slot are one group.
        host.iommuGroup = { Int($0.domain) << 16 | Int($0.bus) << 8 | Int($0.slot) }
        return host
    }

    static func resources(_ domain: DomainDefinition) -> QEMUResources {
        let short = "-1-" + shortened(domain.name)
        var resources = QEMUResources(
            domainFolder: "/var/lib/libvirt/qemu/domain-" + short, shortName: short, monitorDescriptor: 1729)
        resources.hugepageMounts = [
            HugepageMount(pageSize: 2048, folder: "/dev/hugepages2M", isDefault: true),
            HugepageMount(pageSize: 1_048_576, folder: "/dev/hugepages1G"),
        ]
        resources.socketDescriptor = { _ in 1729 }
        resources.vhostUserGPU = { _ in 1729 }
        resources.tapDescriptors = { card, _ in taps(card) }
        let secret = QEMUSecret(
            data: "9eao5F8qtkGt+seB1HYivWIxbtwUu6MQtg1zpj/oDtUsPr1q8wBYM91uEHCn6j/1",
            iv: "AAECAwQFBgcICQoLDA0ODw==")
        resources.secret = { _ in secret }
        resources.tls = [
            "nbd": TLSCredentials(folder: "/etc/pki/libvirt-nbd", verifiesPeer: true, password: secret)
        ]
        if one(domain, .spice)?.tlsPort ?? 0 > 0 {
            resources.tls["spice"] = TLSCredentials(folder: "/etc/pki/libvirt-spice", verifiesPeer: false)
        }
        resources.descriptorSet = { name in
            guard name.hasSuffix("-vdpa") else { return nil }
            return DescriptorSet(number: 0, descriptor: name.hasPrefix("net") ? 1732 : 201)
        }
        resources.vsockDescriptor = { _ in "6789" }
        resources.vsockCID = { _ in 42 }
        resources.vhostSCSIDescriptor = { _ in "3" }
        resources.tpmSocket = "/dev/test"
        resources.scsiGeneric = { _ in "/dev/sg0" }
        resources.spiceHasPassword = true
        resources.secondsEastOfUTC = -1800
        resources.advisedNodes = CPUSet(0...3)
        resources.isCDROMDrive = { $0 == "/dev/cdrom" }
        resources.renderNode = "/dev/dri/foo"
        resources.now = { 1_234_567_890 }
        return resources
    }

    /// Ports that the daemon would choose.
    static func choosePorts(_ domain: inout DomainDefinition) {
        for index in domain.devices.graphics.indices {
            let graphics = domain.devices.graphics[index]
            guard graphics.autoport == true || graphics.port == -1 else { continue }
            if graphics.type == .vnc { domain.devices.graphics[index].port = 5900 }
            if graphics.type == .spice {
                domain.devices.graphics[index].port = 5901
                if graphics.needsTLS { domain.devices.graphics[index].tlsPort = 5902 }
            }
        }
    }

    private static func one(_ domain: DomainDefinition, _ kind: GraphicsDevice.Kind) -> GraphicsDevice? {
        domain.devices.graphics.first { $0.type == kind }
    }

    /// A long name is cut for the folder.
    private static func shortened(_ name: String) -> String { String(name.prefix(20)) }

    private static func taps(_ card: InterfaceDevice) -> TapDescriptors {
        let queues = Int(card.driver?.queues ?? 1)
        let first = card.type == .ethernet ? 3 : 102
        let isVhost = card.virtioModel != nil && card.driver?.name != .qemu
        return TapDescriptors(
            descriptors: (0..<queues).map { "\(first + $0)" },
            vhostDescriptors: isVhost ? (0..<queues).map { "\(44 + $0)" } : [])
    }
}

extension GraphicsDevice {
    /// Whether something of the screen must be encrypted.
    fileprivate var needsTLS: Bool {
        defaultMode == .secure || spice?.channels.contains { $0.mode == .secure } == true
    }
}
