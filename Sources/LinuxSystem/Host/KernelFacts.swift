import ByteText
import CLinux
import Glibc

/// What the running kernel says of itself (`uname`).
public struct KernelFacts: Hashable, Sendable {
    /// `Linux`.
    public let system: String
    public let hostName: String
    /// Such as `6.1.0-18-amd64`.
    public let release: String
    public let version: String
    /// The machine's architecture, such as `x86_64`.
    public let machine: String

    public init() {
        var names = utsname()
        uname(&names)
        system = Self.text(of: names.sysname)
        hostName = Self.text(of: names.nodename)
        release = Self.text(of: names.release)
        version = Self.text(of: names.version)
        machine = Self.text(of: names.machine)
    }

    private static func text<Field>(of field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// Facts about the machine that never change while it runs, and the time it has run.
public enum Host {
    /// Bytes in a page of memory.
    public static var pageSize: Int { Int(sysconf(Int32(_SC_PAGESIZE))) }

    /// The machine's name as the network knows it: the canonical name when one can be found, as
    /// `virConnectGetHostname` gives it. May ask a name server: call it within `Blocking.run`.
    public static func canonicalName() -> String {
        let name = KernelFacts().hostName
        if name.contains(byte: ".") || name == "localhost" || name.isEmpty { return name }
        var hints = addrinfo()
        hints.ai_flags = AI_CANONNAME
        var answer: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &answer) == 0, let first = answer else { return name }
        defer { freeaddrinfo(first) }
        guard let canonical = first.pointee.ai_canonname.map({ String(cString: $0) }),
            !canonical.hasBytePrefix("localhost")
        else { return name }
        return canonical
    }

    /// Identifies this start of the machine.
    public static func bootIdentity() throws(SystemError) -> String {
        try FileSystem.readText("/proc/sys/kernel/random/boot_id", limit: 64).trimmingEnd()
    }
}

extension String {
    /// Without white space at its end.
    func trimmingEnd() -> String {
        guard let last = utf8.lastIndex(where: { !$0.isBlank }) else { return "" }
        return String(self[...last])
    }
}
