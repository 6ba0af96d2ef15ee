/// A program that serves one guest beside its QEMU, as a value: what is started, what it is given, and what it offers.
///
/// It follows from the guest's document and from facts of the host alone; `HostKit` does what it says.
package struct HelperProcess: Sendable, Equatable {
    /// What it is and which device it serves, as people read it, such as `swtpm of tpm0`.
    package let name: String
    /// The name of the device, or of the image, that it serves.
    package let alias: String
    /// The program's path.
    package let program: String
    package var arguments: [String]
    package var runsAs = HelperAccount.guest
    /// Where it tells what it does; both its outputs go there.
    package let log: String
    /// What it finds when it starts, in this order.
    package var folders: [HelperFolder] = []
    package var files: [HelperFile] = []
    /// A program to be run to its end before.
    package var setup: HelperSetup?
    package var socket: HelperSocket?
    /// What it finds in its environment besides the guest's own.
    package var environment: [String: String] = [:]
    /// What it reads from descriptors, such as a passphrase, by number.
    package var inputs: [Int32: [UInt8]] = [:]
    /// What else is left of it in the host's folders when it has ended.
    package var leftovers: [String] = []
    /// How it is told to end, if it has a better way than a signal.
    package var ending: HelperEnding?

    package init(
        _ program: HelperProgram, of alias: String, path: String, log: String, arguments: [String] = []
    ) {
        name = "\(program.rawValue) of \(alias)"
        (self.alias, self.program, self.arguments, self.log) = (alias, path, arguments, log)
    }

    /// The number of its socket.
    package static let socketNumber: Int32 = 3
}

/// Whose rights a helper has.
package enum HelperAccount: Sendable, Equatable {
    /// The guest's own.
    case guest
    /// The daemon's, for what only root can do.
    case daemon
    /// Those of the user that keeps TPMs' states.
    case tpm
}

/// A folder that a helper needs.
package struct HelperFolder: Sendable, Equatable {
    package var path: String
    package var mode: UInt32 = 0o711
    package var owner = HelperAccount.daemon
}

/// A file that a helper reads.
package struct HelperFile: Sendable, Equatable {
    package var path: String
    package var content: String
}

/// A program that makes what a helper needs, once.
package struct HelperSetup: Sendable, Equatable {
    package var program: String
    /// Each run's arguments, one run after the other.
    package var runs: [[String]]
    package var inputs: [Int32: [UInt8]] = [:]
    /// The folder that it fills; nothing is run where the final one is there.
    package var folder: HelperFolder
    /// What the folder is called once it is whole.
    package var final: String
}

/// How QEMU and a helper come together.
package enum HelperSocket: Sendable, Equatable {
    /// The daemon listens and hands the socket on, so that QEMU can connect from the first moment.
    case listening(path: String)
    /// As `listening`, told to the program as systemd would.
    case activated(path: String)
    /// The program listens itself, and writes a line to this descriptor once it does.
    case announced(path: String, by: Int32)
    /// Two ends joined; QEMU's is known by the device's alias. What is sent stays a packet where `keepsPackets`.
    case pair(alias: String, keepsPackets: Bool = false)

    /// Where the socket stands in the file system.
    package var path: String? {
        switch self {
        case .listening(let path), .activated(let path), .announced(let path, _): path
        case .pair: nil
        }
    }
}

/// What tells a helper to end.
package struct HelperEnding: Sendable, Equatable {
    /// Where it listens for that.
    package var socket: String
    /// What it is told there.
    package var message: [UInt8]
}

/// The helpers that this driver knows.
package enum HelperProgram: String, Sendable, CaseIterable {
    case swtpm, virtiofsd, passt, nbdkit
    case swtpmSetup = "swtpm_setup"
    case dbus = "dbus-daemon"
    case slirp = "slirp-helper"
    case reservations = "qemu-pr-helper"
    case gpu = "vhost-user-gpu"

    /// What is to be installed where the program is missing.
    package var package: String {
        switch self {
        case .swtpm: "swtpm"
        case .swtpmSetup: "swtpm-tools"
        case .virtiofsd: "virtiofsd or qemu-system-common"
        case .passt: "passt"
        case .nbdkit: "nbdkit"
        case .dbus: "dbus-daemon"
        case .slirp: "libslirp-helper"
        case .reservations: "qemu-utils or qemu-system-common"
        case .gpu: "a vhost-user-gpu with its descriptor in /usr/share/qemu/vhost-user"
        }
    }
}
