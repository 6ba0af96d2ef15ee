import Virt
import XDR

/// A call of the protocol: where it goes and what it carries.
public struct Procedure<Arguments: XDRValue, Reply: XDRValue>: Sendable {
    public let program: UInt32
    public let number: Int32
    /// The function of libvirt's API that it stands for.
    public let api: String

    public init(program: UInt32, number: Int32, api: String) {
        self.program = program
        self.number = number
        self.api = api
    }
}

/// A message without values.
public struct Nothing: XDRValue, Hashable {
    public init() {}
    public mutating func code(_ x: inout XDRCoder) throws(XDRError) {}
}

/// What is known of a call beside its layout.
public struct ProcedureFacts: Sendable {
    /// How a call may be treated.
    public struct Options: OptionSet, Sendable {
        public var rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// A read-only connection may make it.
        public static var readOnly: Self { Self(rawValue: 1) }
        /// It is answered from memory and never waits.
        public static var snapshot: Self { Self(rawValue: 2) }
        /// It opens a stream.
        public static var stream: Self { Self(rawValue: 4) }
        /// It may compute for long.
        public static var costly: Self { Self(rawValue: 8) }
        /// Descriptors come with it.
        public static var filesIn: Self { Self(rawValue: 64) }
        /// Its arguments begin with the name of the object that it is about.
        public static var namesObject: Self { Self(rawValue: 16) }
        /// Its reply begins with the name of an object.
        public static var makesObject: Self { Self(rawValue: 32) }
    }

    public let number: Int32
    /// The function of libvirt's API that it stands for.
    public let api: String
    public let options: Options
    public let rules: [AccessRule]

    init(_ number: Int32, _ api: String, _ options: Options, _ rules: [AccessRule]) {
        self.number = number
        self.api = api
        self.options = options
        self.rules = rules
    }

    /// What is known of the calls of each program that drivers answer.
    private static let programs: [UInt32: [ProcedureFacts]] = [
        RemoteProgram.number: remote, QemuProgram.number: qemu, LxcProgram.number: lxc,
        RoostProgram.number: roost,
    ]

    /// Whether drivers answer calls of a program.
    public static func knows(program: UInt32) -> Bool { programs[program] != nil }

    /// What is known of a call of the programs that drivers answer.
    public static func find(program: UInt32, number: Int32) -> ProcedureFacts? {
        programs[program]?.first { $0.number == number }
    }

    /// Whether what the call needs depends on its flags.
    public var dependsOnFlags: Bool { rules.contains(where: \.isConditional) }

    /// What the caller must be allowed for the call with these flags.
    public func permissions(flags: UInt32) -> [Permission] {
        rules.filter { $0.applies(flags: flags) }.map(\.permission)
    }

    /// Throws `operationDenied` unless a read-only connection may make the call with these flags, which are asked for only
    /// where it depends on them.
    public func requireAllowedReadOnly(flags: () throws(VirtError) -> UInt32) throws(VirtError) {
        if options.contains(.readOnly) {
            if !dependsOnFlags { return }
            if isAllowedReadOnly(flags: try flags()) { return }
        }
        throw VirtError(.operationDenied, "read only access prevents \(api)", from: .domain)
    }

    /// Whether it may change something: what a read-only connection may not call, but for what only reads more.
    public var changes: Bool {
        !options.contains(.readOnly) && !rules.allSatisfy { Self.reading.contains($0.permission.name) }
    }

    /// Permissions to read what not everybody may.
    private static let reading: Set<String> = [
        "read", "read_secure", "getattr", "mem_read", "block_read", "screenshot", "search_domains",
        "detect_storage_pools",
        "data_read",
    ]

    /// Whether a read-only connection may make the call with these flags.
    public func isAllowedReadOnly(flags: UInt32) -> Bool {
        options.contains(.readOnly) && rules.allSatisfy { !$0.isConditional || !$0.applies(flags: flags) }
    }
}

/// A permission that a call needs, and for which flags.
public struct AccessRule: Sendable {
    public let permission: Permission
    let whenSet: UInt32?
    let whenClear: UInt32?

    init(
        _ object: Permission.Object, _ permission: String, whenSet: UInt32? = nil, whenClear: UInt32? = nil
    ) {
        self.permission = Permission(permission, on: object)
        self.whenSet = whenSet
        self.whenClear = whenClear
    }

    /// Whether it depends on the call's flags.
    public var isConditional: Bool { whenSet != nil || whenClear != nil }

    /// Whether the permission is needed for a call with these flags.
    public func applies(flags: UInt32) -> Bool {
        if let whenSet { return flags & whenSet != 0 }
        if let whenClear { return flags & whenClear == 0 }
        return true
    }
}
