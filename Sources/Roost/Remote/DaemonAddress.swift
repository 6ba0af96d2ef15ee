import LinuxSystem
import Virt

/// The socket where a URI's daemon listens.
struct DaemonAddress {
    /// The candidates, the first that is there is taken.
    let paths: [String]

    init(_ uri: ConnectionURI, readOnly: Bool) throws(VirtError) {
        if let transport = uri.transport, transport != "unix" {
            throw VirtError(
                .noConnect,
                "\(uri): transport '\(transport)' isn't there yet; use a unix socket, for instance forwarded by ssh -L",
                from: .remote)
        }
        guard uri.host.isEmpty || uri.transport == "unix" else {
            throw VirtError(.noConnect, "\(uri): only daemons on this host can be reached yet", from: .remote)
        }
        if let socket = uri["socket"] {
            paths = [socket]
            return
        }
        let name = readOnly ? "libvirt-sock-ro" : "libvirt-sock"
        if uri.path == "/session" {
            let base = ThisProcess.environment("XDG_RUNTIME_DIR") ?? "/run/user/\(ThisProcess.user)"
            paths = ["\(base)/roost/libvirt-sock", "\(base)/libvirt/libvirt-sock"]
        } else {
            paths = ["/run/roost/\(name)", "/run/libvirt/\(name)"]
        }
    }
}
