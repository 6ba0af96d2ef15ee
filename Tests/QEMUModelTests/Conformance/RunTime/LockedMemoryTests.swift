import Foundation
import PublishedData
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// How much memory QEMU may lock for a guest. The published documents come without numbers: those here are what
/// Debian's libvirtd 9.0 set for such guests, on a host that was made to look like one with POWER and with devices
/// behind VFIO. Without a number QEMU keeps the limit that it has.
@Suite struct LockedMemoryTests {
    private enum Limit: Equatable {
        case kept, unlimited
        case bytes(UInt64)
    }

    private static let mebibyte: UInt64 = 1 << 20
    private static let gibibyte: UInt64 = 1 << 30

    /// By what stands behind the board's name: of all published cases, not only of this half.
    private static let published: [String: Limit] = [
        "pc-tcg": .kept, "pc-kvm": .kept,
        "pc-hardlimit": .bytes(2 * gibibyte), "pc-locked": .unlimited,
        "pc-hardlimit+locked": .bytes(2 * gibibyte), "pc-hostdev": .bytes(2 * gibibyte),
        "pc-hardlimit+hostdev": .bytes(2 * gibibyte), "pc-hardlimit+locked+hostdev": .bytes(2 * gibibyte),
        "pc-locked+hostdev": .unlimited, "pc-hostdev-nvme": .bytes(2 * gibibyte),
        "pseries-tcg": .kept, "pseries-kvm": .bytes(20 * mebibyte),
        "pseries-hardlimit": .bytes(2 * gibibyte), "pseries-locked": .unlimited,
        "pseries-hardlimit+locked": .bytes(2 * gibibyte), "pseries-hostdev": .bytes(4_320_133_120),
        "pseries-hardlimit+hostdev": .bytes(2 * gibibyte), "pseries-locked+hostdev": .unlimited,
        "pseries-hardlimit+locked+hostdev": .bytes(2 * gibibyte),
    ]

    @Test("published guests may lock as much as libvirtd lets them", .published)
    func published() throws {
        let folder = "qemu-memlock/qemumemlockdata/"
        var count = CaseCount("qemu-memlock")
        for file in Published.names(in: folder) {
            let name = file.dropFirst("qemumemlock-".count).dropLast(".xml".count)
            guard let expected = Self.published[String(name)], let text = Published.text(folder + file) else {
                continue
            }
            count.add(String(name)) {
                let actual = Self.limit(try Self.filled(text))
                return actual == expected ? "" : "- \(expected)\n+ \(actual)"
            }
        }
        count.tell()
    }

    private static func limit(_ domain: DomainDefinition) -> Limit {
        guard let memory = domain.lockedMemory else { return .kept }
        return memory.limit.map { .bytes($0) } ?? .unlimited
    }

    private static func filled(_ text: String) throws -> DomainDefinition {
        var domain = try DomainDefinition(xml: text, options: .inactive)
        let architecture = domain.os.arch ?? "x86_64"
        guard let qemu = try Published.capabilities(ConformanceCase.newest(architecture)) else {
            throw ConformanceRun.MissingCapabilities()
        }
        let one = try #require(ConformanceCase(stem: "memlock.\(architecture)-latest", []))
        try domain.fillQEMUDefaults(qemu, host: ConformanceHost.host(one))
        return domain
    }

    /// A guest with 1 GiB, as it is once defaults are filled in.
    private func guest(
        _ devices: String = "", type: String = "kvm", machine: String = "pc", arch: String = "x86_64",
        memory: Int = 1024, extra: String = ""
    ) throws -> DomainDefinition {
        try DomainDefinition(
            xml: """
                <domain type='\(type)'><name>m</name><memory unit='MiB'>\(memory)</memory>\(extra)
                <os><type arch='\(arch)' machine='\(machine)'>hvm</type></os>
                <devices>\(devices)</devices></domain>
                """)
    }

    private let card = """
        <hostdev mode='subsystem' type='pci'><driver name='vfio'/>
        <source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>
        """
    private let nvme = """
        <disk type='nvme' device='disk'><driver name='qemu' type='raw'/><source type='pci' namespace='1'>
        <address domain='0' bus='2' slot='0' function='0'/></source><target dev='vda' bus='virtio'/></disk>
        """
    private let vdpa = "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>"
    private let iommu = "<iommu model='intel'/>"
    private let bridge = "<controller type='pci' index='0' model='pci-root'/>"

    @Test(
        "devices behind VFIO share a view of the guest's memory unless it has an IOMMU; others have their own"
    )
    func views() throws {
        let cases: [(String, views: UInt64)] = [
            (card, 1), (card + card, 1), (nvme, 1), (nvme + card, 1), (vdpa, 1), (vdpa + vdpa, 2),
            (vdpa + card, 2), (vdpa + nvme + card, 2), (iommu + card, 1), (iommu + card + card, 2),
            (iommu + vdpa + card + card, 3), (iommu + card + nvme, 2), (iommu + vdpa, 1),
        ]
        for (devices, views) in cases {
            let expected = Limit.bytes((views + 1) * Self.gibibyte)
            #expect(try Self.limit(guest(devices)) == expected, "\(devices)")
        }
        #expect(try Self.limit(guest(iommu)) == .kept)
    }

    @Test("on POWER the tables of the guest and of its bridges count too, but only with KVM")
    func power() throws {
        func limit(_ devices: String, _ type: String = "kvm", memory: Int = 1024, most: Int? = nil) throws
            -> Limit
        {
            let extra = most.map { "<maxMemory slots='4' unit='MiB'>\($0)</maxMemory>" } ?? ""
            return try Self.limit(
                guest(
                    devices, type: type, machine: "pseries", arch: "ppc64", memory: memory, extra: extra))
        }
        let second = bridge.replacing("'0'", with: "'1'"), third = bridge.replacing("'0'", with: "'2'")
        #expect(try limit(bridge) == .bytes(20_971_520))
        #expect(try limit(bridge + second) == .bytes(25_165_824))
        #expect(try limit(bridge, most: 8192) == .bytes(79_691_776))
        #expect(try limit(bridge + second + card) == .bytes(4_320_133_120))
        #expect(try limit(bridge + second + third + card + card) == .bytes(6_471_811_072))
        #expect(try limit(bridge + vdpa + vdpa) == .bytes(2_168_455_168))
        #expect(try limit(bridge, memory: 16384) == .bytes(146_800_640))
        #expect(try limit(bridge + second + card, memory: 16384) == .bytes(17_406_361_600))
        #expect(try limit(bridge + second + third + card, memory: 16384) == .bytes(17_444_110_336))
        #expect(try limit(bridge, "qemu") == .kept)
        #expect(try limit(bridge + card, "qemu") == .bytes(2 * Self.gibibyte))
    }

    @Test("numbers that are too great stay the greatest")
    func overflow() throws {
        var domain = try guest(vdpa + vdpa + vdpa)
        domain.memory.total = ByteSize(bytes: .max / 2)
        #expect(Self.limit(domain) == .bytes(.max))
    }
}
