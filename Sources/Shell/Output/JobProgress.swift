import LinuxSystem

/// How far a job is, as people read it: a bar, and where that is known how fast it goes and how long it takes still.
struct JobProgress: Equatable, Sendable {
    /// What it is called: `vda: Block Copy`.
    let title: String
    /// In bytes.
    let done: UInt64
    let all: UInt64
    /// It has done its work, and keeps a copy the same until somebody ends it.
    var isReady = false
    /// In bytes a second; nil as long as nothing tells.
    var rate: UInt64?

    private static let width = 20

    /// Between 0 and 100; only what is done shows as that.
    private var percent: Double {
        if isReady { return 100 }
        return all == 0 ? 0 : min(Double(done) / Double(all) * 100, 99.9)
    }

    var line: String {
        let filled = Int(percent / 100 * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        var text = "\(title) [\(bar)] " + percent.text(digits: 1).paddedLeft(to: 5) + " %"
        if isReady { return text + "  ready" }
        if let rate, rate > 0 {
            text += "  " + ByteSize.text(rate, digits: 1) + "/s"
            if all > done { text += "  \(Self.time((all - done) / rate)) left" }
        }
        return text
    }

    /// Seconds as `1:02:03`, or `2:03` where there is no hour.
    private static func time(_ seconds: UInt64) -> String {
        func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours > 99 { return "days" }
        return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":" + two(seconds % 60)
    }
}

/// How fast jobs go, from how far they were when each was first seen.
struct JobRates {
    private var first: [String: (done: UInt64, at: ContinuousClock.Instant)] = [:]

    /// The same jobs with their rates.
    mutating func rated(_ jobs: [JobProgress], at now: ContinuousClock.Instant) -> [JobProgress] {
        jobs.map { job in
            guard let start = first[job.title], start.done <= job.done else {
                first[job.title] = (job.done, now)
                return job
            }
            let passed = start.at.duration(to: now) / .seconds(1)
            var job = job
            if job.rate == nil, passed > 0 {
                job.rate = UInt64(exactly: (Double(job.done - start.done) / passed).rounded())
            }
            return job
        }
    }
}
