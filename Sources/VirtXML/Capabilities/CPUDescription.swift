import XMLBinding

/// A CPU on its own: what a host or a hypervisor has, or what a guest asks for.
public struct CPUDescription: XMLRoot {
    public static let elementName: StaticString = "cpu"

    /// nil where the host's own is meant.
    public var arch: String?
    public var cpu = GuestCPU()

    public init() {}

    /// Whether it tells what a machine has, and not what a guest asks for.
    public var isHost: Bool { cpu.mode == nil && cpu.match == nil }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var (mode, match): (String?, String?) = (nil, nil)
        if x.isReading {
            try x.attribute("mode", &mode)
            try x.attribute("match", &match)
        }
        try x.value("arch", &arch)
        try cpu.bind(&x)
        if x.isReading, mode == nil, match == nil { (cpu.mode, cpu.match) = (nil, nil) }
    }
}
