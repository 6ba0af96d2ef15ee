import ByteText
import CLinux
import Glibc

/// A thread of some process on this host, by its number.
public struct HostThread: Hashable, Sendable {
    public let id: Int32

    public init(_ id: Int32) { self.id = id }

    /// The processors that it may run on.
    public func affinity() throws(SystemError) -> [Int] {
        var words = [UInt64](repeating: 0, count: Self.words)
        try checked("sched_getaffinity", "thread \(id)") {
            clinux_affinity(id, &words, Self.words * MemoryLayout<UInt64>.size)
        }
        return (0..<Self.words * 64).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }

    /// Has it run on these processors alone. Those that the host hasn't are left out; `EINVAL` when none is left.
    public func setAffinity(_ processors: some Sequence<Int>) throws(SystemError) {
        var words = [UInt64](repeating: 0, count: Self.words)
        for number in processors where (0..<Self.words * 64).contains(number) {
            words[number / 64] |= 1 << UInt64(number % 64)
        }
        try checked("sched_setaffinity", "thread \(id)") {
            clinux_set_affinity(id, words, Self.words * MemoryLayout<UInt64>.size)
        }
    }

    /// How the kernel chooses when it runs.
    public enum Policy: Int32, Sendable {
        case fifo = 1
        case roundRobin = 2
        case batch = 3
        case idle = 5
    }

    /// Sets how the kernel chooses when it runs; `EPERM` without the right to.
    public func schedule(_ policy: Policy, priority: Int32) throws(SystemError) {
        var parameters = sched_param(sched_priority: priority)
        try checked("sched_setscheduler", "thread \(id)") {
            sched_setscheduler(id, policy.rawValue, &parameters)
        }
    }

    /// What the kernel tells of its work.
    public struct Usage: Equatable, Sendable {
        /// How long it has run, in nanoseconds.
        public var time: UInt64
        /// The processor that it ran on last.
        public var processor: Int32
    }

    /// How much a thread of `process` has worked; nil where there is none of that number.
    public func usage(in process: Int32) -> Usage? {
        let path = "/proc/\(process)/task/\(id)/stat"
        guard let text = try? FileSystem.readText(path, limit: 4096), let end = text.lastIndex(ofByte: ")")
        else {
            return nil
        }
        // The name may hold anything, so the fields are counted from its end: the first is the third.
        let fields = text[text.utf8.index(after: end)...].split(atByte: " ")
        guard fields.count > 36, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let processor = Int32(fields[36])
        else { return nil }
        let ticks = UInt64(clamping: max(sysconf(Int32(_SC_CLK_TCK)), 1))
        let time = (user &+ system).multipliedReportingOverflow(by: 1_000_000_000 / ticks)
        return Usage(time: time.overflow ? .max : time.partialValue, processor: processor)
    }

    /// Room for 4096 processors, more than the kernel knows.
    private static let words = 64
}

extension ProcessIdentity {
    /// The numbers of its threads; empty when it is gone.
    public var threads: [Int32] {
        guard (try? isAlive()) == true else { return [] }
        return (try? FileSystem.names(in: "/proc/\(id)/task"))?.compactMap { Int32($0) } ?? []
    }
}
