import ByteText

/// What to start, and with what.
public struct ProgramOrders: Sendable {
    /// The program's path, or its name to be searched for in `PATH` and the system's own folders.
    public var program: String
    /// The arguments, without the program's own name.
    public var arguments: [String]
    /// The whole environment; this process's own when nil.
    public var environment: [String: String]?
    /// The directory to start in; this process's own when nil.
    public var directory: String?
    /// What is open in the program, by number. All else is closed, but 0, 1 and 2 are `/dev/null`.
    public var descriptors: [Int32: Descriptor]
    /// Starts a session of its own: no terminal, and no signals meant for this process's group.
    public var newSession: Bool

    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
        directory: String? = nil, descriptors: [Int32: Descriptor] = [:], newSession: Bool = false
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.descriptors = descriptors
        self.newSession = newSession
    }

    /// Where a program stands: as given when it has a slash, else from `PATH` and the system's own folders.
    public static func find(_ program: String) -> String? {
        if program.contains(byte: "/") { return FileSystem.isAccessible(program, 1) ? program : nil }
        let path = ThisProcess.environment("PATH") ?? ""
        let folders = path.split(atByte: ":") + ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        return folders.lazy.map { "\($0)/\(program)" }.first { FileSystem.isAccessible($0, 1) }
    }
}
