import ByteText

/// The machine's memory, in KiB (`/proc/meminfo`).
public struct MemoryFacts: Hashable, Sendable {
    public let total: UInt64
    public let free: UInt64
    /// What programs could still get without swapping.
    public let available: UInt64
    public let buffers: UInt64
    public let cached: UInt64

    /// Reads them now. The kernel answers at once.
    public init() throws(SystemError) {
        self.init(text: try FileSystem.readText("/proc/meminfo", limit: 1 << 16))
    }

    /// Reads them from lines such as `MemTotal: 16384 kB`, or `Node 0 MemTotal: 16384 kB`.
    init(text: String) {
        var values: [Substring: UInt64] = [:]
        for line in text.split(atByte: "\n") {
            let words = line.split(atByte: " ")
            guard let name = words.lazy.compactMap({ $0.droppingByteSuffix(":") }).first,
                let value = words.last(where: { UInt64($0) != nil }).flatMap({ UInt64($0) })
            else { continue }
            values[name] = value
        }
        total = values["MemTotal"] ?? 0
        free = values["MemFree"] ?? 0
        available = values["MemAvailable"] ?? free
        buffers = values["Buffers"] ?? 0
        cached = values["Cached"] ?? values["FilePages"] ?? 0
    }
}
