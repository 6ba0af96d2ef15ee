import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML
import XMLBinding

extension HostCapabilities {
    /// What this host and its QEMU binaries can do.
    ///
    /// - Parameter account: whom guests run as; nil as the daemon itself.
    static func qemu(
        host: Host, guests: [InstalledGuest], account: FileOwner?
    ) -> HostCapabilities {
        var all = HostCapabilities()
        all.host = host
        var migration = Migration()
        migration.transports = ["tcp", "rdma"]
        all.host.migration = migration
        all.host.secmodels = securityModels(account)
        all.guests = guests.map { GuestCapabilities($0) }
        return all
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
