import ByteText
import LinuxSystem
import Transport
import Virt

/// The way to another host's daemon through the program `ssh`, with its keys, agents and settings: `qemu+ssh://host/system`.
struct SecureShell {
    private let program: String
    private let arguments: [String]

    /// - Throws: `invalidArg` where a parameter says what can't be.
    init(_ uri: ConnectionURI, readOnly: Bool) throws(VirtError) {
        guard !uri.host.isEmpty else {
            throw VirtError(.invalidArg, "\(uri): which host? qemu+ssh://HOST/system", from: .remote)
        }
        program = uri["command"] ?? "ssh"
        var arguments: [String] = []
        if let port = uri.port { arguments += ["-p", "\(port)"] }
        if let user = uri.user { arguments += ["-l", user] }
        if let key = uri["keyfile"] { arguments += ["-i", key] }
        arguments += ["-T", "-e", "none"]
        if uri["no_tty"] == "1" { arguments += ["-o", "BatchMode=yes"] }
        if uri["no_verify"] == "1" { arguments += ["-o", "StrictHostKeyChecking=no"] }
        if let hosts = uri["known_hosts"] { arguments += ["-o", "UserKnownHostsFile=\(hosts)"] }
        let script = try Self.script(uri, readOnly: readOnly)
        self.arguments = arguments + ["--", Self.withoutBrackets(uri.host), "sh -c \(Self.quoted(script))"]
    }

    /// What the other host's shell does: it joins its input and output with the daemon's socket.
    private static func script(_ uri: ConnectionURI, readOnly: Bool) throws(VirtError) -> String {
        let helper = "exec virt-ssh-helper \(readOnly ? "-r " : "")\(quoted(uri.forDaemon.description))"
        let netcat = quoted(uri["netcat"] ?? "nc")
        let relay =
            "if \(netcat) -q 2>&1 | grep 'requires an argument' >/dev/null; then a=-q0; else a=; fi; exec \(netcat) $a -U \"$s\""
        if let socket = uri["socket"] { return "s=\(quoted(socket)); \(relay)" }
        let name = readOnly ? "libvirt-sock-ro" : "libvirt-sock"
        let base = uri.path == "/session" ? "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" : "/run"
        let own = uri.path == "/session" ? "libvirt-sock" : name
        let find = "for d in roost libvirt; do s=\"\(base)/$d/\(own)\"; test -S \"$s\" && break; done"
        switch uri["proxy"] ?? "auto" {
        // libvirt's helper starts its session's daemon, and knows where its sockets are; it doesn't know Roost's.
        case "auto":
            return
                "\(find); if test $d = libvirt && command -v virt-ssh-helper >/dev/null; then \(helper); fi; \(relay)"
        case "netcat": return "\(find); \(relay)"
        case "native": return helper
        default:
            throw VirtError(
                .invalidArg, "\(uri): proxy is auto, netcat or native, not '\(uri["proxy"] ?? "")'",
                from: .remote
            )
        }
    }

    /// An IPv6 address as `ssh` takes it.
    private static func withoutBrackets(_ host: String) -> String {
        host.hasBytePrefix("[") && host.hasByteSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    /// A word that a shell takes as it is.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(atByte: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    /// Starts the program.
    func open() async throws(VirtError) -> SecureShellConnection {
        do throws(SystemError) {
            return try await Blocking.run { () throws(SystemError) in
                try SecureShellConnection(ProgramOrders(program, arguments))
            }
        } catch {
            throw VirtError(
                .systemError,
                "'\(program)' can't be started: \(error.reason); it is in Debian's openssh-client",
                from: .rpc)
        }
    }
}

/// A program that runs and carries packets.
struct SecureShellConnection {
    let packets: PacketConnection
    private let child: ChildProcess
    private let complaints: Descriptor

    fileprivate init(_ orders: ProgramOrders) throws(SystemError) {
        let (own, far) = try UnixSocket.pair()
        let (ownErrors, farErrors) = try UnixSocket.pair()
        var orders = orders
        orders.descriptors = [0: far, 1: far, 2: farErrors]
        child = try ChildProcess.start(orders)
        (packets, complaints) = (PacketConnection(UnixTransport(own)), ownErrors)
    }

    /// Why the connection ended, in the program's own words; it is ending when this is asked.
    func reason() async -> VirtError {
        let status = await child.waitForEnd()
        let told = (try? complaints.readOnce(atMost: 4096)) ?? []
        let words = String(decoding: told, as: UTF8.self).trimmingBlanks()
        let why = words.isEmpty ? "ssh ended with \(status)" : words
        return VirtError(.systemError, "Cannot recv data: \(why): Connection reset by peer", from: .rpc)
    }
}
