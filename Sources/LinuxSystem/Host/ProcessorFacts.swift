import ByteText
import CLinux

/// What `/proc/cpuinfo` says of the first processor.
public struct ProcessorFacts: Hashable, Sendable {
    /// Such as `GenuineIntel`; empty where the architecture has none.
    public let vendor: String
    public let modelName: String
    public let family: Int?
    public let model: Int?
    public let stepping: Int?
    /// Such as `0x1000065`; nil when not told.
    public let microcode: String?
    /// How many bits a physical address has; nil when not told.
    public let physicalBits: Int?
    /// The frequency now, in kHz; nil when not told.
    public let kilohertz: Int?
    /// What it can do, by the kernel's names.
    public let flags: Set<String>

    /// Reads it now. The kernel answers at once.
    public init() throws(SystemError) {
        self.init(text: try FileSystem.readText("/proc/cpuinfo", limit: 16 << 20))
    }

    init(text: String) {
        var fields: [String: String] = [:]
        for line in text.split(atByte: "\n") {
            let parts = line.split(atByte: ":", maxSplits: 1)
            guard let name = parts.first.map({ String($0).trimmingEnd() }), fields[name] == nil else {
                continue
            }
            fields[name] = parts.dropFirst().first.map { String($0.trimmingLeadingBlanks()) } ?? ""
        }
        vendor = fields["vendor_id"] ?? ""
        modelName = fields["model name"] ?? ""
        family = fields["cpu family"].flatMap { Int($0) }
        model = fields["model"].flatMap { Int($0) }
        stepping = fields["stepping"].flatMap { Int($0) }
        microcode = fields["microcode"]
        physicalBits = fields["address sizes"]?.split(atByte: " ").first.flatMap { Int($0) }
        kilohertz = fields["cpu MHz"].flatMap { Double($0) }.flatMap { Int(exactly: ($0 * 1000).rounded()) }
        let flags = fields["flags"] ?? fields["Features"] ?? ""
        self.flags = Set(flags.split(atByte: " ").map(String.init))
    }

    /// How many processors this process may run on.
    public static var usableCount: Int { max(1, Int(clinux_usable_processors())) }
}
