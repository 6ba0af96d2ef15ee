import Glibc
import LinuxSystem
import Virt

/// The sockets at which no daemon answered, and what one can do about it.
struct FailedAttempts {
    private var attempts: [(path: String, error: SystemError)] = []

    mutating func add(_ path: String, _ error: SystemError) { attempts.append((path, error)) }

    /// The error that tells of them: what could be used with more rights comes first.
    var error: VirtError {
        let refused = attempts.filter { Self.isRefusal($0.error) }
        let told = refused + attempts.filter { !Self.isRefusal($0.error) }
        let places = told.map { "to '\($0.path)': \($0.error.reason)" }
        let advice = refused.first.map { Self.rights(at: $0.path) } ?? Self.start
        return VirtError(
            .systemError, "Failed to connect socket \(places.joined(separator: ", or "))\(advice)", from: .rpc
        )
    }

    private static func isRefusal(_ error: SystemError) -> Bool { [EACCES, EPERM].contains(error.errno) }

    /// That nothing listens, and how to have something that does.
    private static var start: String {
        "; no daemon runs there: start it with "
            + (ThisProcess.isRoot ? "'systemctl start roostd', or run 'roostd'" : "'roostd &'")
    }

    /// Who may use a socket.
    private static func rights(at path: String) -> String {
        guard let status = try? FileSystem.status(of: path), status.mode & 0o020 != 0,
            let group = try? GroupAccount.withID(status.group), group.id != 0
        else { return "; only root may use it: try sudo, or qemu:///session" }
        return
            "; the group '\(group.name)' may use it: 'sudo usermod -aG \(group.name) $USER', then log in anew"
    }
}
