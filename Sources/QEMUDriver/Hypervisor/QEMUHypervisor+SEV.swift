import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver

extension QEMUHypervisor {
    /// What the host needs to be known of its encryption of guests' memory. How many such guests there may be is left out
    /// where nobody has told.
    func nodeSEVInfo(flags: UInt32) async throws(VirtError) -> [TypedParameter] {
        // Clients say that they would understand strings (4).
        try flags.require(4, in: "qemuNodeGetSEVInfo", from: .qemu)
        let choice = try await context.choose(emulator: nil, architecture: nil, machine: nil, virtType: nil)
        guard let sev = choice.qemu.sev else {
            throw VirtError(.operationUnsupported, "QEMU does not support SEV guest", from: .qemu)
        }
        func text(_ name: String, as title: String) -> TypedParameter? {
            sev[name]?.string.map { TypedParameter(title, .string($0)) }
        }
        func number(_ name: String) -> TypedParameter? {
            sev[name]?.uint.map { TypedParameter(name, .uint(UInt32(clamping: $0))) }
        }
        return [
            text("pdh", as: "pdh"), text("cert-chain", as: "cert-chain"), text("cpu0-id", as: "cpu0-id"),
            number("cbitpos"), number("reduced-phys-bits"),
        ].compactMap { $0 }
    }
}
