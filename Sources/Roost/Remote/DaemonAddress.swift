import ByteText
import LinuxSystem
import Virt

/// Where a URI's daemon is reached.
enum DaemonAddress {
    /// One of these sockets of this host, the first that is there.
    case sockets([String])
    /// Another host's socket.
    case secureShell(SecureShell)

    /// - Throws: `noConnect` where no daemon can be meant.
    init(_ uri: ConnectionURI, readOnly: Bool) throws(VirtError) {
        try Self.check(uri)
        if uri.transport == "ssh" {
            self = .secureShell(try SecureShell(uri, readOnly: readOnly))
            return
        }
        if let socket = uri["socket"] {
            self = .sockets([socket])
            return
        }
        let name = readOnly ? "libvirt-sock-ro" : "libvirt-sock"
        if uri.path == "/session" {
            let base = ThisProcess.environment("XDG_RUNTIME_DIR") ?? "/run/user/\(ThisProcess.user)"
            self = .sockets(["\(base)/roost/libvirt-sock", "\(base)/libvirt/libvirt-sock"])
        } else {
            self = .sockets(["/run/roost/\(name)", "/run/libvirt/\(name)"])
        }
    }

    /// The drivers that daemons have, libvirt's among them; `remote` leaves it to the daemon which.
    private static let drivers: Set = [
        "bhyve", "ch", "esx", "gsx", "hyperv", "interface", "lxc", "network", "nodedev", "nwfilter",
        "openvz",
        "parallels", "qemu", "remote", "secret", "storage", "test", "vbox", "virtuozzo", "vmwarefusion",
        "vmwareplayer",
        "vmwarews", "vpx", "vz", "xen",
    ]
    /// Those whose URIs have no parameters but the ones that lead to the daemon.
    private static let plainDrivers: Set = ["bhyve", "ch", "lxc", "qemu", "vz", "xen"]

    private static func check(_ uri: ConnectionURI) throws(VirtError) {
        // Whoever names a daemon knows what it serves.
        if uri["socket"] == nil, !drivers.contains(uri.driver) {
            let meant = nearestWord(to: uri.driver, among: drivers).map { "; did you mean '\($0)'?" } ?? ""
            throw VirtError(.noConnect, "\(uri): nobody serves '\(uri.driver)'" + meant, from: .remote)
        }
        // What is misspelt must not lead to another daemon in silence.
        if plainDrivers.contains(uri.driver), let (name, _) = uri.forDaemon.parameters.first {
            let meant = nearestWord(to: name, among: ConnectionURI.transportParameters)
            throw VirtError(
                .invalidArg,
                "\(uri): there is no parameter '\(name)'" + (meant.map { "; did you mean '\($0)'?" } ?? ""),
                from: .remote)
        }
        if let transport = uri.transport, !["unix", "ssh"].contains(transport) {
            throw VirtError(
                .noConnect, "\(uri): transport '\(transport)' isn't there yet; use \(uri.driver)+ssh",
                from: .remote)
        }
        guard uri.host.isEmpty || uri.transport != nil else {
            throw VirtError(
                .noConnect, "\(uri): TLS isn't there yet; use \(uri.driver)+ssh://\(uri.host)\(uri.path)",
                from: .remote)
        }
    }
}
