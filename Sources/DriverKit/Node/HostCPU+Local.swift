import LinuxSystem
import Processors
import VirtXML

extension HostCPU {
    /// This machine's processor, as far as the kernel tells of it.
    init(_ facts: ProcessorFacts, topology: LinuxSystem.HostTopology, node: NodeFacts) {
        self.init()
        if node.model == "x86_64" || node.model == "i686" { describeX86(facts) }
        arch = node.model
        topology.pageSizes.forEach { size in
            if let size = ByteSize(kibibytes: UInt64(clamping: size)) { pages.append(PageSize(size: size)) }
        }
        var places = HostCPU.Topology()
        places.sockets = UInt32(clamping: node.sockets)
        places.dies = UInt32(clamping: topology.dies)
        places.cores = UInt32(clamping: node.cores / max(1, topology.dies))
        places.threads = UInt32(clamping: node.threads)
        self.topology = places
    }

    /// What this machine's x86 processor itself can do, whatever a hypervisor makes of it; nil on others. Reads a file.
    public static func processor() -> HostCPU? {
        guard let facts = try? ProcessorFacts(), !facts.vendor.isEmpty else { return nil }
        var cpu = HostCPU()
        cpu.describeX86(facts)
        return cpu
    }

    private mutating func describeX86(_ facts: ProcessorFacts) {
        var found = Set(facts.flags.compactMap(X86Features.feature(ofFlag:)))
        // Linux always switches this on where it can, and doesn't show it.
        if found.contains("xsave") { found.insert("osxsave") }
        // Neither does it show this, without which it has no tiles.
        if found.contains("amx-tile") { found.insert("xfd") }
        let vendor = ProcessorVendor.name(ofIdentifier: facts.vendor)
        self = HostCPU(x86: X86Processor(features: found, vendor: vendor, signature: facts.signature))
        microcode = facts.microcode.flatMap { UInt32($0.drop(while: { $0 == "0" }).dropFirst(), radix: 16) }
        counter = Counter(facts)
        maxPhysAddr = facts.physicalBits.map { bits in
            var address = CPUPhysicalAddress()
            (address.mode, address.bits) = (.emulate, Int32(clamping: bits))
            return address
        }
    }
}

extension HostCPU.Counter {
    /// The counter of a processor whose frequency never changes; nil where that isn't sure.
    fileprivate init?(_ facts: ProcessorFacts) {
        guard facts.flags.isSuperset(of: ["constant_tsc", "tsc_known_freq"]), let kilohertz = facts.kilohertz
        else { return nil }
        self.init()
        frequency = UInt64(clamping: kilohertz) &* 1000
        scaling = facts.flags.contains("tsc_scale")
    }
}

extension ProcessorFacts {
    fileprivate var signature: X86Signature? {
        guard let family, let model, let stepping else { return nil }
        return X86Signature(family: family, model: model, stepping: stepping)
    }
}

extension LinuxSystem.HostTopology {
    /// The sizes of pages that the machine has, in KiB, ascending.
    var pageSizes: [Int] { Set(cells.flatMap(\.pages.keys)).sorted() }

    /// Dies in each socket.
    var dies: Int {
        let sockets = Dictionary(grouping: cells.flatMap(\.processors)) { $0.socket }.values
        return sockets.map { Set($0.map(\.die)).count }.max() ?? 1
    }
}
