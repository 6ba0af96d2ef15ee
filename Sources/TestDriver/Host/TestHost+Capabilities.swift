import Virt
import VirtXML
import XMLBinding

extension TestHost {
    /// What the pretended hypervisor can do.
    func capabilities() throws(XMLError) -> String {
        var all = HostCapabilities()
        all.host = host
        all.guests = ["hvm", "xen"].map { Self.guest($0) }
        return try all.xml()
    }

    private var host: HostCapabilities.Host {
        var host = HostCapabilities.Host()
        host.cpu.arch = "i686"
        (host.cpu.pae, host.cpu.nonpae) = (true, true)
        host.cpu.pages = [4, 8, 2048, 1_048_576].map { Self.pages($0) }
        host.powerManagement = .init()
        host.iommu = false
        var topology = HostTopology()
        topology.cells = Self.cellMemory.indices.map { Self.cell($0) }
        host.topology = topology
        var model = HostCapabilities.SecurityModel()
        (model.model, model.doi) = (TestDomain.securityModel, "")
        host.secmodels = [model]
        return host
    }

    private static func pages(_ kibibytes: UInt64, _ count: UInt64? = nil) -> HostCPU.PageSize {
        var pages = HostCPU.PageSize()
        (pages.size, pages.count) = (ByteSize(kibibytes: kibibytes), count)
        return pages
    }

    /// The pages of the first cell are small, those of the second larger.
    private static func cell(_ index: Int) -> HostTopology.Cell {
        var cell = HostTopology.Cell()
        let (memory, size): (UInt64, UInt64) = (cellMemory[index], index == 0 ? 4 : 8)
        cell.id = UInt32(clamping: index)
        cell.memory = ByteSize(kibibytes: memory)
        cell.pages = [pages(size, memory / size), pages(2048, 0), pages(1_048_576, 0)]
        cell.cpus = (0..<8).map { core in
            var cpu = HostTopology.CPU()
            cpu.id = UInt32(clamping: 8 * index + core)
            (cpu.socket, cpu.die, cpu.cluster) = (UInt32(clamping: index), 0, 0)
            cpu.core = UInt32(clamping: core)
            cpu.siblings = CPUSet([8 * index + core])
            return cpu
        }
        return cell
    }

    private static func guest(_ osType: String) -> GuestCapabilities {
        var guest = GuestCapabilities()
        (guest.osType, guest.arch, guest.wordsize) = (osType, "i686", 32)
        guest.emulator = "/usr/bin/test-hv"
        var domain = GuestCapabilities.Domain()
        domain.type = .test
        guest.domains = [domain]
        var features = GuestCapabilities.Features()
        (features.pae, features.nonpae) = (true, true)
        guest.features = features
        return guest
    }
}
