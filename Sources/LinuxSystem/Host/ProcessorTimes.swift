import ByteText
import CLinux
import Glibc

/// How processors have spent their time since the machine started, in nanoseconds (`/proc/stat`).
public struct ProcessorTimes: Hashable, Sendable {
    /// In the kernel, interrupts included.
    public let kernel: UInt64
    /// In programs.
    public let user: UInt64
    public let idle: UInt64
    /// Idle while somebody waited for a disk.
    public let waiting: UInt64

    /// All processors together, or the one with a number; nil where there is no such processor. The kernel answers
    /// at once.
    public init?(processor: Int? = nil) {
        guard let text = try? FileSystem.readText("/proc/stat", limit: 16 << 20) else { return nil }
        self.init(text: text, processor: processor, ticksPerSecond: Int(sysconf(Int32(_SC_CLK_TCK))))
    }

    init?(text: String, processor: Int?, ticksPerSecond: Int) {
        let name = processor.map { "cpu\($0) " } ?? "cpu "
        guard let line = text.split(atByte: "\n").first(where: { $0.hasBytePrefix(name) }) else { return nil }
        let ticks = line.split(atByte: " ").dropFirst().map { UInt64($0) ?? 0 }
        let length = 1_000_000_000 / UInt64(clamping: max(1, ticksPerSecond))
        func time(_ places: Int...) -> UInt64 {
            places.reduce(0) { $0 &+ ($1 < ticks.count ? ticks[$1] : 0) } &* length
        }
        // user nice system idle iowait irq softirq
        (user, kernel, idle, waiting) = (time(0, 1), time(2, 5, 6), time(3), time(4))
    }
}
