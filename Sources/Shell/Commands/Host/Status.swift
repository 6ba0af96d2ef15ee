import ByteText
import LinuxSystem
import Roost
import Virt

extension Command {
    static let status = Command(
        "status", "what serves here, and what this host lacks",
        description: """
            Print which daemon is connected to and what it has, and, where it runs on this host, which of the programs and devices
            that guests, networks and storage are made with are there. What is missing stands with what can't be had without it
            and with the package of Debian's that has it.
            """, options: [.json]
    ) { session, _ in
        let connection = try await session.connected()
        let uri = try await session.canonicalURI()
        session.output.field("Connected to", uri)
        if let host = try? await connection.hostname() { session.output.field("On", host) }
        if let daemon = try? await connection.libVersion() {
            session.output.field("Speaks as", "libvirt \(dotted(daemon))")
        }
        if let type = try? await connection.type(), let version = try? await connection.version() {
            session.output.field("Hypervisor", version == 0 ? type : "\(type) \(dotted(version))")
        }
        for (name, count) in await counts(of: connection) { session.output.field(name, count) }
        // What another host has isn't seen from here.
        guard (try? ConnectionURI(uri))?.host.isEmpty == true else { return }
        session.output.print("\n")
        for part in HostPart.all {
            let found = part.found()
            session.output.field(
                part.name, .text(found, without: "missing: \(part.without); \(part.remedy)"))
        }
    }
}

/// How many objects of each kind there are; nothing of a kind that the host hasn't.
private func counts(of connection: Connection) async -> [(String, String)] {
    var counts: [(String, String)] = []
    func add(_ name: String, _ running: Int32?, _ others: Int32?) {
        guard let running, let others else { return }
        counts.append((name, "\(running) active of \(running + others)"))
    }
    add("Domains", try? await connection.numOfDomains(), try? await connection.numOfDefinedDomains())
    add("Networks", try? await connection.numOfNetworks(), try? await connection.numOfDefinedNetworks())
    add("Pools", try? await connection.numOfStoragePools(), try? await connection.numOfDefinedStoragePools())
    return counts
}

/// A program or device of the host, and what can't be had without it.
struct HostPart {
    let name: String
    let without: String
    let remedy: String
    /// Any of these programs or files will do.
    let places: [String]

    /// Where it is; nil where it isn't.
    func found() -> String? {
        places.lazy.compactMap { place in
            if place.hasBytePrefix("/dev/") || place.hasByteSuffix(".fd") {
                return FileSystem.exists(place) ? place : nil
            }
            return ProgramOrders.find(place)
        }.first
    }

    private init(_ name: String, _ places: [String], without: String, package: String) {
        self.init(name, places, without: without, remedy: "apt-get install \(package)")
    }

    private init(_ name: String, _ places: [String], without: String, remedy: String) {
        (self.name, self.places, self.without, self.remedy) = (name, places, without, remedy)
    }

    static let all = [
        HostPart(
            "KVM", ["/dev/kvm"], without: "guests are emulated, which is slow",
            remedy: "modprobe kvm_intel or kvm_amd, and have virtualisation on in the firmware's settings"),
        HostPart(
            "QEMU", ["qemu-system-\(KernelFacts().machine)"],
            without: "no guests of this host's architecture",
            package: "qemu-system"),
        HostPart(
            "qemu-img", ["qemu-img"], without: "no volumes but raw ones, no internal snapshots",
            package: "qemu-utils"),
        HostPart(
            "UEFI",
            [
                "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd",
                "/usr/share/AAVMF/AAVMF_CODE.fd",
            ], without: "no guests with firmware='efi'", package: "ovmf"),
        HostPart("TPM", ["swtpm"], without: "no emulated TPM", package: "swtpm swtpm-tools"),
        HostPart(
            "dnsmasq", ["dnsmasq"], without: "no DHCP and DNS in networks", package: "dnsmasq-base"),
        HostPart("passt", ["passt"], without: "no user networks by passt", package: "passt"),
        HostPart(
            "virtiofsd", ["/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd", "virtiofsd"],
            without: "no folders shared by virtiofs", package: "virtiofsd"),
        HostPart("nbdkit", ["nbdkit"], without: "no disks from web servers by nbdkit", package: "nbdkit"),
        HostPart("mdevctl", ["mdevctl"], without: "no mediated devices", package: "mdevctl"),
    ]
}
