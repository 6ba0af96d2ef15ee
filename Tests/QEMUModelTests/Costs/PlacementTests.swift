import QEMUCorpus
import Synchronization
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// Places for many devices: found in few rounds, and none twice.
@Suite struct PlacementTests {
    @Test(
        "many devices get controllers enough, and a place each",
        arguments: [("pc", 1500), ("q35", 180)])
    func places(_ machine: String, _ count: Int) throws {
        let random = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
        let domain = try fill(String(repeating: random, count: count), .newX86, machine)
        var places: [PCIAddress] = []
        var devices = domain.devices
        devices.forEachInfo { info in
            if case .pci(var address)? = info.address {
                address.multifunction = nil
                places.append(address)
            }
        }
        #expect(places.count > count)
        #expect(Set(places).count == places.count)
        let buses = Set(domain.devices.controllers.filter { $0.type == .pci }.compactMap(\.index))
        #expect(places.allSatisfy { buses.contains($0.bus) })
    }

    @Test("what doesn't fit is tried a few dozen times, not once for each controller")
    func rounds() throws {
        let asked = Asked()
        let hostdev = """
            <hostdev mode='subsystem' type='pci' managed='yes'><source><address bus='1' slot='0'/></source></hostdev>
            """
        let random = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
        // The group of the host's device is asked for in every round, once or twice.
        _ = try? fill(
            hostdev + String(repeating: random, count: DomainDevices.most - 1), .ppc64, "pseries"
        ) { asked.once() }
        #expect((1...100).contains(asked.count))
    }

    @Test("channels, USB devices, SCSI devices of the host and memory get the lowest places that are free")
    func lowest() throws {
        let channels = (0..<40).map { "<channel type='pty'><target type='virtio' name='c\($0)'/></channel>" }
        let tablets = String(repeating: "<input type='tablet' bus='usb'/>", count: 30)
        let scsi = (0..<20).map {
            """
            <hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/>
            <address bus='0' target='0' unit='\($0)'/></source></hostdev>
            """
        }
        let domain = try fill(channels.joined() + tablets + scsi.joined(), .newX86, "pc")
        let ports = domain.devices.channels.compactMap { $0.info.address }.map { address -> [UInt32] in
            if case .virtioSerial(let place) = address { [place.controller, place.port] } else { [] }
        }
        #expect(ports == (0..<40).map { [$0 / 30, $0 % 30 + 1] })
        let usb = domain.devices.inputs.filter { $0.bus == .usb }.compactMap { $0.info.address }
        #expect(Set(usb.map(\.xmlText)).count == 30)
        let units = domain.devices.hostdevs.compactMap { $0.info.address?.drive }
        #expect(units.map { [$0.controller, UInt32($0.unit)] } == (0..<20).map { [$0 / 7, $0 % 7] })
    }

    private func fill(
        _ devices: String, _ recorded: RecordedQEMU, _ machine: String,
        group: @escaping @Sendable () -> Void = {}
    ) throws -> DomainDefinition {
        let (qemu, architecture) = (try recorded.capabilities(), recorded.architecture)
        var domain = try DomainDefinition(
            xml: """
                <domain type='qemu'><name>a</name><memory>1048576</memory><vcpu>1</vcpu>
                <os><type arch='\(architecture)' machine='\(machine)'>hvm</type></os>
                <devices>\(devices)</devices></domain>
                """, options: .inactive)
        var host = QEMUHost(architecture: architecture) { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.updatesABI = true
        host.iommuGroup = { _ in
            group()
            return 1
        }
        try domain.fillQEMUDefaults(qemu, host: host)
        return domain
    }
}

/// How often something was asked.
private final class Asked: Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }
    func once() { number.withLock { $0 += 1 } }
}

extension DeviceAddress {
    fileprivate var xmlText: String {
        if case .usb(let place) = self { "\(place.bus) \(place.port)" } else { "" }
    }
}
