import LinuxSystem

/// A program that a driver runs beside the daemon and that outlives it, as a value: what is started, what it finds, how
/// others come to speak with it, and how it is ended.
///
/// A ``ProgramStart`` does what it says. What a daemon that starts anew must know of it is a ``ProgramRecord``.
public struct SupervisedProgram: Sendable {
    /// What it is and what it serves, as people read it, such as `swtpm of tpm0`.
    public let name: String
    /// What it serves, as whoever has it started calls that.
    public let alias: String
    /// The program's path.
    public let program: String
    public var arguments: [String] = []
    /// The whole environment.
    public var environment: [String: String] = [:]
    /// As whom it runs; nil as the daemon itself.
    public var account: ProgramAccount?
    /// Where it tells what it does; both its outputs go there.
    public let log: String
    public var logLimits = LogLimits()
    /// What it finds when it starts, in this order.
    public var folders: [ProgramFolder] = []
    public var files: [ProgramFile] = []
    /// A program to be run to its end before.
    public var setup: ProgramSetup?
    public var contact: ProgramContact?
    /// What it reads from descriptors, such as a passphrase, by number. Each has to fit into a pipe.
    public var inputs: [Int32: [UInt8]] = [:]
    /// What of an earlier run would be in its way.
    public var leftovers: [String] = []
    public var ending = ProgramEnding.signal

    public init(_ name: String, alias: String, path: String, log: String) {
        (self.name, self.alias, self.program, self.log) = (name, alias, path, log)
    }

    /// The number of the socket that it is handed.
    public static let socketNumber: Int32 = 3
}

/// The rights that a program has.
public struct ProgramAccount: Sendable, Equatable {
    public var owner: FileOwner
    /// The groups that it has beside its owner's.
    public var groups: [UInt32]

    public init(_ owner: FileOwner, groups: [UInt32] = []) {
        (self.owner, self.groups) = (owner, groups)
    }
}

/// A folder that a program needs.
public struct ProgramFolder: Sendable, Equatable {
    public var path: String
    public var mode: UInt32
    /// Whom it is given to, whether or not it was there.
    public var owner: FileOwner?
    /// Whether it gets the mode even where it was there.
    public var setsMode: Bool

    public init(path: String, mode: UInt32 = 0o711, owner: FileOwner? = nil, setsMode: Bool = false) {
        (self.path, self.mode, self.owner, self.setsMode) = (path, mode, owner, setsMode)
    }
}

/// A file that a program reads; it is the program's.
public struct ProgramFile: Sendable, Equatable {
    public var path: String
    public var content: String

    public init(path: String, content: String) { (self.path, self.content) = (path, content) }
}

/// A program that makes what another one needs, once.
public struct ProgramSetup: Sendable, Equatable {
    public var program: String
    /// Each run's arguments, one run after the other.
    public var runs: [[String]]
    public var inputs: [Int32: [UInt8]] = [:]
    /// The folder that it fills; nothing is run where the final one is there.
    public var folder: ProgramFolder
    /// What the folder is called once it is whole.
    public var final: String

    public init(_ program: String, runs: [[String]], folder: ProgramFolder, final: String) {
        (self.program, self.runs, self.folder, self.final) = (program, runs, folder, final)
    }
}

/// How others come to speak with a program, and how it is known that they can.
public enum ProgramContact: Sendable, Equatable {
    /// The daemon listens for `owner` and hands the socket on, so that anybody can connect from the first moment.
    case listening(path: String, owner: FileOwner?)
    /// As `listening`, told to the program as systemd would.
    case activated(path: String, owner: FileOwner?)
    /// The program listens itself, and writes a line to this descriptor once it does.
    case announced(path: String, by: Int32)
    /// The program listens itself, which it does once its socket is there.
    case socket(path: String)
    /// The program is ready once its number is in this file.
    case pidFile(path: String)
    /// Two ends joined; the other one is whose the program serves. What is sent stays a packet where `keepsPackets`.
    case pair(keepsPackets: Bool)

    /// What of it stands in the file system.
    public var path: String? {
        switch self {
        case .listening(let path, _), .activated(let path, _), .announced(let path, _), .socket(let path),
            .pidFile(let path):
            path
        case .pair: nil
        }
    }
}

/// How a program is told to end.
public enum ProgramEnding: Sendable, Equatable {
    case signal
    /// By what it understands at its socket; by a signal where that doesn't do.
    case message([UInt8], to: String)
}
