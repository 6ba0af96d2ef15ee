import DriverKit
import LinuxSystem
import QEMUModel
import QMP
import Virt
import VirtDriver

/// The QEMU driver as one client sees it: the host and its domains.
struct QEMUHypervisor: HypervisorService {
    let context: QEMUContext
    let connection: QEMUConnection

    func domain(_ reference: DomainReference) throws(VirtError) -> any DomainOperations {
        try context.registry.domain(reference)
    }

    // MARK: The connection

    func type() async throws(VirtError) -> String { "QEMU" }
    func uri() async throws(VirtError) -> String { context.configuration.uri }
    func hostname() async throws(VirtError) -> String { Host.canonicalName() }
    func libVersion() async throws(VirtError) -> UInt64 { APILevel.version }
    func isSecure() async throws(VirtError) -> Bool { true }

    func version() async throws(VirtError) -> UInt64 {
        guard let emulator = context.defaultEmulator else {
            throw VirtError(
                .internalError, "Cannot find suitable emulator for \(KernelFacts().machine)", from: .qemu)
        }
        return try await context.capabilities(of: emulator).version.number
    }

    func maxVcpus(type: String?) async throws(VirtError) -> Int32 {
        switch type?.lowercased() ?? "qemu" {
        case "qemu": 255
        case "kvm": 1024
        default: throw VirtError(.invalidArg, "unknown type '\(type ?? "")'", from: .qemu)
        }
    }

    // MARK: Lists and lookup

    func listAllDomains(flags: ConnectListAllDomainsFlags) async throws(VirtError) -> [DomainReference] {
        try flags.require(.all, in: "qemuConnectListAllDomains", from: .qemu)
        return context.registry.list(flags)
    }

    func listDomains() async throws(VirtError) -> [Int32] { context.registry.list(.active).map(\.id) }
    func numOfDomains() async throws(VirtError) -> Int32 {
        Int32(clamping: context.registry.list(.active).count)
    }
    func listDefinedDomains() async throws(VirtError) -> [String] {
        context.registry.list(.inactive).map(\.name)
    }

    func numOfDefinedDomains() async throws(VirtError) -> Int32 {
        Int32(clamping: context.registry.list(.inactive).count)
    }

    func domainLookupByID(id: Int32) async throws(VirtError) -> DomainReference {
        try context.registry.domain(id: id).snapshot.reference
    }

    func domainLookupByName(name: String) async throws(VirtError) -> DomainReference {
        try context.registry.domain(named: name).snapshot.reference
    }

    func domainLookupByUUID(uuid: UUID) async throws(VirtError) -> DomainReference {
        try context.registry.domain(uuid: uuid).snapshot.reference
    }
}
