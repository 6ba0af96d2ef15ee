import DriverKit
import Virt
import VirtDriver

extension QEMUDomain {
    /// Nothing is kept yet that would be worth telling of a domain.
    nonisolated func messages(flags: DomainMessageType) async throws(VirtError) -> [String] {
        try flags.require([.deprecation, .tainting, .ioerrors], in: "qemuDomainGetMessages", from: .qemu)
        return []
    }
}
