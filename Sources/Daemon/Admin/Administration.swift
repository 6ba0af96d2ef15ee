import Virt

/// What there is to administer of a daemon beside its clients: its log and its life.
public protocol Administration: Sendable {
    var log: DaemonLog { get }
    /// The libvirt that the daemon stands for, as libvirt writes versions in a number.
    var libraryVersion: UInt64 { get }
    /// Ends the daemon, as a signal would. Its guests run on.
    func shutDown()
    /// Ends the daemon once it has had no client for so many seconds and nothing of it is active; 0 for never.
    func setTimeout(_ seconds: UInt32)
}

/// The servers that libvirt's daemon has by name: clients of one use its drivers, those of the other administer it.
enum AdministeredServer: String, CaseIterable {
    case libvirtd, admin

    init(_ name: String) throws(VirtError) {
        guard let server = AdministeredServer(rawValue: name) else {
            throw VirtError(.noServer, "No server named '\(name)'", from: .admin)
        }
        self = server
    }

    var reference: AdminServer { AdminServer(name: rawValue) }
}
