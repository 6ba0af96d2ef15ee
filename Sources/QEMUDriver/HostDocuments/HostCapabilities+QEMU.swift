import DriverKit
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

extension HostCapabilities {
    /// What this host and its QEMU binaries can do.
    ///
    /// - Parameter account: whom guests run as; nil as the daemon itself.
    static func qemu(
        host: Host, binaries: [QEMUCapabilities], account: FileOwner?
    ) -> HostCapabilities {
        var all = HostCapabilities()
        all.host = host
        var migration = Migration()
        migration.transports = ["tcp", "rdma"]
        all.host.migration = migration
        all.host.secmodels = securityModels(account)
        all.guests = guests(binaries)
        return all
    }

    /// One guest for each architecture, from the binary that bears the architecture's name.
    private static func guests(_ binaries: [QEMUCapabilities]) -> [GuestCapabilities] {
        let usual = binaries.filter {
            FileSystem.lastPart(of: $0.emulator) == "qemu-system-" + QEMUArchitecture.binary($0.architecture)
        }
        return usual.sorted { $0.architecture < $1.architecture }.map { GuestCapabilities($0) }
    }

    /// Guests are kept apart by the user that they run as.
    private static func securityModels(_ account: FileOwner?) -> [SecurityModel] {
        var none = SecurityModel()
        none.model = "none"
        guard let account else { return [none] }
        var dac = SecurityModel()
        dac.model = "dac"
        dac.baseLabels = ["kvm", "qemu"].map { type in
            var label = SecurityModel.BaseLabel()
            label.type = type
            label.label = "+\(account.user):+\(account.group)"
            return label
        }
        return [none, dac]
    }
}
