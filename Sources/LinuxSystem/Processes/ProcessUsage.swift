import ByteText
import CLinux
import Glibc

/// What a process has used, as one reading of `/proc/PID/stat` tells.
public struct ProcessUsage: Equatable, Sendable {
    /// The processor time that it has used in programs, in nanoseconds.
    public var user: UInt64
    /// The processor time that it has used in the kernel, in nanoseconds.
    public var system: UInt64
    /// How much of it is in memory, in KiB.
    public var residentMemory: UInt64

    /// nil where the process has ended, whoever has its number now.
    public init?(of process: ProcessIdentity) {
        guard let text = try? FileSystem.readText("/proc/\(process.id)/stat", limit: 4096) else { return nil }
        self.init(stat: text, of: process)
    }

    init?(stat text: String, of process: ProcessIdentity) {
        // The name may hold anything, so the fields are counted from its end.
        guard let end = text.lastIndex(ofByte: ")") else { return nil }
        let fields = text[end...].split(atByte: " ").dropFirst().map { UInt64($0) }
        guard fields.count > 21, fields[19] == process.startTime, let user = fields[11],
            let system = fields[12], let pages = fields[21]
        else { return nil }
        let tick = 1_000_000_000 / UInt64(clamping: max(sysconf(Int32(_SC_CLK_TCK)), 1))
        self.user = user &* tick
        self.system = system &* tick
        residentMemory = pages &* UInt64(clamping: Host.pageSize / 1024)
    }

    /// All processor time that it has used, in nanoseconds.
    public var time: UInt64 { user &+ system }
}
