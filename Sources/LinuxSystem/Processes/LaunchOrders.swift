/// What `roost-launch` is to start, and with which rights, files and limits.
public struct LaunchOrders: Sendable {
    /// The program's path.
    public var program: String
    /// The arguments, without the program's own name.
    public var arguments: [String]
    /// The whole environment.
    public var environment: [String: String]
    public var directory = "/"
    /// The standard files; `/dev/null` where nil.
    public var input: Descriptor?
    public var output: Descriptor?
    public var errorOutput: Descriptor?
    /// The files that what is written to their ends goes into.
    public var logs: [LogFile] = []
    public var logLimits = LogLimits()
    /// Who is told that all is written.
    public var logEnd: LogEnd?
    /// What else is open in the program, by number from 3 on. All else is closed.
    public var descriptors: [Int32: Descriptor] = [:]
    /// The user and group to become, by number; as this process when nil.
    public var owner: FileOwner?
    /// The supplementary groups; as this process when nil. To be given with `owner` by root.
    public var groups: [UInt32]?
    /// The permission bits taken from new files; as this process when nil.
    public var fileMask: UInt32?
    public var limits: [ResourceLimit] = []
    /// From -1000 (never killed for memory) to 1000 (first). When nil, as this process, though never spared as it
    /// may be: what a service manager grants a daemon isn't meant for what the daemon starts.
    public var oomScoreAdjustment: Int?
    /// Nothing that the program executes gains rights.
    public var noNewPrivileges = true
    /// Gives up every capability, even as root.
    public var dropsCapabilities = false
    /// How many of `descriptors`, from 3 on, are sockets that the program is told of as systemd would.
    public var listeners = 0

    public init(_ program: String, _ arguments: [String] = [], environment: [String: String] = [:]) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }
}

extension LaunchOrders {
    /// Decides how soon the program is killed when memory runs out, where nobody has.
    mutating func resolveOOMScore(inherited: Int) {
        if oomScoreAdjustment == nil, inherited < 0 { oomScoreAdjustment = 0 }
    }

    /// Gives the program the limit of open files that this process had before it raised its own, where nobody has
    /// said another.
    mutating func resolveFileLimit(former: ResourceLimit?) {
        if let former, !limits.contains(where: { $0.kind == .openFiles }) { limits.append(former) }
    }
}

/// How much of something a process may have.
public struct ResourceLimit: Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// Bytes of locked memory.
        case lockedMemory = "memlock"
        /// Bytes of a core dump.
        case core
        case openFiles = "nofile"
        /// Processes of the same user.
        case processes = "nproc"
        /// Bytes of a file that it writes.
        case fileSize = "fsize"
    }

    public var kind: Kind
    /// What holds now; nil is without limit.
    public var soft: UInt64?
    /// What the process may raise it to; nil is without limit.
    public var hard: UInt64?

    public init(_ kind: Kind, soft: UInt64?, hard: UInt64?) {
        self.kind = kind
        self.soft = soft
        self.hard = hard
    }

    /// The same limit for both.
    public init(_ kind: Kind, _ limit: UInt64?) {
        self.init(kind, soft: limit, hard: limit)
    }

    var argument: String {
        func text(_ limit: UInt64?) -> String { limit.map { "\($0)" } ?? "unlimited" }
        return "--limit=\(kind.rawValue)=\(text(soft)):\(text(hard))"
    }
}

extension LaunchOrders {
    /// What to start so that these orders are carried out: `roost-launch` with all of them as arguments.
    func throughLauncher(
        _ launcher: String, status: Descriptor, go: Descriptor, waits: Bool = false
    ) throws(SystemError) -> ProgramOrders {
        var free = max(3, (descriptors.keys.max() ?? 2) &+ 1)
        var open = descriptors
        var options: [String] = []
        func number(of descriptor: Descriptor) -> Int32 {
            open[free] = descriptor
            defer { free &+= 1 }
            return free
        }
        func add(_ option: String, _ descriptor: Descriptor?) {
            if let descriptor { options.append("\(option)=\(number(of: descriptor))") }
        }
        guard descriptors.keys.allSatisfy({ $0 >= 3 && $0 < 1 << 16 }) else {
            throw SystemError(call: "dup2", errno: 9, context: program)
        }
        add("--status", status)
        add("--go", go)
        add("--stdin", input)
        add("--stdout", output)
        add("--stderr", errorOutput)
        for log in logs { options.append(log.option(log.forWriter.map(number))) }
        if !logs.isEmpty {
            options += ["--log-size=\(logLimits.size)", "--log-backups=\(logLimits.backups)"]
            add("--log-done", logEnd?.held)
        }
        open[2] = status
        if waits { options.append("--wait") }
        return ProgramOrders(
            launcher, options + rights + ["--", program] + arguments, environment: environment,
            descriptors: open, newSession: true)
    }

    private var rights: [String] {
        var options = ["--directory=\(directory)"] + limits.map(\.argument)
        func list(_ numbers: some Sequence<some BinaryInteger>) -> String {
            numbers.map { "\($0)" }.joined(separator: ",")
        }
        if !descriptors.isEmpty { options.append("--keep=\(list(descriptors.keys.sorted()))") }
        if let owner { options += ["--user=\(owner.user)", "--group=\(owner.group)"] }
        if let groups { options.append("--groups=\(list(groups))") }
        if let fileMask { options.append("--umask=\(fileMask & 0o777)") }
        if let oomScoreAdjustment { options.append("--oom-score-adjust=\(oomScoreAdjustment)") }
        if listeners > 0 { options.append("--listeners=\(listeners)") }
        if noNewPrivileges { options.append("--no-new-privileges") }
        if dropsCapabilities { options.append("--drop-capabilities") }
        return options
    }
}
