import ByteText
import LinuxSystem
import Virt
import VirtXML

extension HostCapabilities.Host {
    /// This machine; reads some hundred small files, so call it within `Blocking.run`.
    public static func local() throws(SystemError) -> HostCapabilities.Host {
        let topology = try LinuxSystem.HostTopology()
        var host = HostCapabilities.Host()
        host.uuid = identity()
        host.cpu = HostCPU(try ProcessorFacts(), topology: topology, node: try NodeFacts())
        host.powerManagement = powerManagement()
        host.iommu = !((try? FileSystem.names(in: "/sys/kernel/iommu_groups")) ?? []).isEmpty
        host.topology = VirtXML.HostTopology(topology)
        host.cache = caches()
        return host
    }

    /// The firmware's number for the machine, else the system's.
    private static func identity() -> UUID? {
        if let text = SMBIOSFacts()?["product_uuid"], let uuid = UUID(text) { return uuid }
        return (try? FileSystem.readText("/etc/machine-id", limit: 64)).flatMap {
            UUID($0.removingBlanks())
        }
    }

    private static func powerManagement() -> HostCapabilities.PowerManagement {
        let facts = PowerFacts()
        var ways = HostCapabilities.PowerManagement()
        ways.suspendToMemory = facts.suspendsToMemory
        ways.suspendToDisk = facts.suspendsToDisk
        ways.suspendHybrid = facts.suspendsToBoth
        return ways
    }

    private static func caches() -> HostCache? {
        let facts = HostCacheFacts.last()
        if facts.isEmpty { return nil }
        var cache = HostCache()
        cache.banks = facts.map { fact in
            var bank = HostCache.Bank()
            bank.id = UInt32(clamping: fact.id)
            bank.level = UInt32(clamping: fact.level)
            switch fact.kind {
            case .data: bank.type = .data
            case .instruction: bank.type = .code
            case .unified: bank.type = .both
            }
            bank.size = ByteSize(bytes: fact.size)
            bank.cpus = CPUSet(fact.processors)
            return bank
        }
        return cache
    }
}

extension VirtXML.HostTopology {
    fileprivate init(_ facts: LinuxSystem.HostTopology) {
        self.init()
        cells = facts.cells.map { Cell($0) }
    }
}

extension VirtXML.HostTopology.Cell {
    fileprivate init(_ facts: LinuxSystem.HostTopology.Cell) {
        self.init()
        id = UInt32(clamping: facts.number)
        memory = ByteSize(kibibytes: facts.memory)
        pages = facts.pages.sorted { $0.key < $1.key }.compactMap { size, count in
            ByteSize(kibibytes: UInt64(clamping: size)).map { HostCPU.PageSize(size: $0, count: count) }
        }
        distances = facts.distances.sorted { $0.key < $1.key }.map { cell, value in
            var distance = NUMACell.Distance()
            distance.id = UInt32(clamping: cell)
            distance.value = UInt32(clamping: value)
            return distance
        }
        cpus = facts.processors.map { processor in
            var cpu = VirtXML.HostTopology.CPU()
            cpu.id = UInt32(clamping: processor.number)
            cpu.socket = UInt32(clamping: processor.socket)
            cpu.die = UInt32(clamping: processor.die)
            cpu.core = UInt32(clamping: processor.core)
            cpu.siblings = CPUSet(processor.siblings)
            return cpu
        }
    }
}
