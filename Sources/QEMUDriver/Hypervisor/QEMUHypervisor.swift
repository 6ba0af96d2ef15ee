import DriverKit
import LinuxSystem
import QEMUModel
import QMP
import Virt
import VirtDriver

/// The QEMU driver as one client sees it: the host and its domains.
struct QEMUHypervisor: DomainHypervisor, LocalHypervisor {
    let context: QEMUContext
    let connection: QEMUConnection

    var host: QEMUContext { context }

    // MARK: The connection

    func type() async throws(VirtError) -> String { "QEMU" }
    func uri() async throws(VirtError) -> String { context.configuration.uri }
    func hostname() async throws(VirtError) -> String { LinuxSystem.Host.canonicalName() }
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
}
