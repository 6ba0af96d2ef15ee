import LinuxSystem

/// A program that serves one guest beside its QEMU, as a value: what is started, what it is given, and what it offers.
///
/// It follows from the guest's document and from facts of the host alone; `HelperStart` does what it says.
struct HelperProcess: Sendable, Equatable {
    /// What it is and which device it serves, as people read it, such as `swtpm of tpm0`.
    let name: String
    /// The name of the device, or of the image, that it serves.
    let alias: String
    /// The program's path.
    let program: String
    var arguments: [String]
    var runsAs = HelperAccount.guest
    /// Where it tells what it does; both its outputs go there.
    let log: String
    /// What it finds when it starts, in this order.
    var folders: [HelperFolder] = []
    var files: [HelperFile] = []
    /// A program to be run to its end before.
    var setup: HelperSetup?
    var socket: HelperSocket?
    /// What it finds in its environment besides the guest's own.
    var environment: [String: String] = [:]
    /// What it reads from descriptors, such as a passphrase, by number.
    var inputs: [Int32: [UInt8]] = [:]
    /// What else is left of it in the host's folders when it has ended.
    var leftovers: [String] = []
    /// Where it can be told to end, if it has a better way than a signal.
    var control: String?

    init(_ program: HelperProgram, of alias: String, path: String, log: String, arguments: [String] = []) {
        name = "\(program.rawValue) of \(alias)"
        (self.alias, self.program, self.arguments, self.log) = (alias, path, arguments, log)
    }

    /// The number of its socket.
    static let socketNumber: Int32 = 3
}

/// Whose rights a helper has.
enum HelperAccount: Sendable, Equatable {
    /// The guest's own.
    case guest
    /// The daemon's, for what only root can do.
    case daemon
    /// Those of the user that keeps TPMs' states.
    case tpm
}

/// A folder that a helper needs.
struct HelperFolder: Sendable, Equatable {
    var path: String
    var mode: UInt32 = 0o711
    var owner = HelperAccount.daemon
}

/// A file that a helper reads.
struct HelperFile: Sendable, Equatable {
    var path: String
    var content: String
}

/// A program that makes what a helper needs, once.
struct HelperSetup: Sendable, Equatable {
    var program: String
    /// Each run's arguments, one run after the other.
    var runs: [[String]]
    var inputs: [Int32: [UInt8]] = [:]
    /// The folder that it fills; nothing is run where the final one is there.
    var folder: HelperFolder
    /// What the folder is called once it is whole.
    var final: String
}

/// How QEMU and a helper come together.
enum HelperSocket: Sendable, Equatable {
    /// The daemon listens and hands the socket on, so that QEMU can connect from the first moment.
    case listening(path: String)
    /// As `listening`, told to the program as systemd would.
    case activated(path: String)
    /// The program listens itself, and writes a line to this descriptor once it does.
    case announced(path: String, by: Int32)
    /// Two ends joined; QEMU's is known by the device's alias. What is sent stays a packet where `keepsPackets`.
    case pair(alias: String, keepsPackets: Bool = false)

    /// Where the socket stands in the file system.
    var path: String? {
        switch self {
        case .listening(let path), .activated(let path), .announced(let path, _): path
        case .pair: nil
        }
    }
}

/// The helpers that this driver knows.
enum HelperProgram: String, Sendable, CaseIterable {
    case swtpm, virtiofsd, passt, nbdkit
    case swtpmSetup = "swtpm_setup"
    case dbus = "dbus-daemon"
    case slirp = "slirp-helper"
    case reservations = "qemu-pr-helper"
    case gpu = "vhost-user-gpu"

    /// What is to be installed where the program is missing.
    var package: String {
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
