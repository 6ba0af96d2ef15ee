import Virt

/// The words for states and reasons.
enum DomainStateText {
    private static let states = [
        "no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended",
    ]

    private static let reasons: [[String]] = [
        ["unknown"],
        [
            "unknown", "booted", "migrated", "restored", "from snapshot", "unpaused", "migration canceled",
            "save canceled", "event wakeup", "crashed", "post-copy", "post-copy failed",
        ],
        ["unknown"],
        [
            "unknown", "user", "migrating", "saving", "dumping", "I/O error", "watchdog", "from snapshot",
            "shutting down", "creating snapshot", "crashed", "starting up", "post-copy", "post-copy failed",
            "api error",
        ],
        ["unknown", "user"],
        [
            "unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from snapshot",
            "daemon",
        ],
        ["unknown", "panicked"],
        ["unknown"],
    ]

    /// `running`, `shut off` …
    static func state(_ state: Int32) -> String {
        states.indices.contains(Int(state)) ? states[Int(state)] : "no state"
    }

    /// `booted`, `user` …
    static func reason(_ state: Int32, _ reason: Int32) -> String {
        guard reasons.indices.contains(Int(state)) else { return "unknown" }
        let words = reasons[Int(state)]
        return words.indices.contains(Int(reason)) ? words[Int(reason)] : "unknown"
    }

    private static let vcpuStates = ["offline", "running", "blocked"]

    static func vcpu(_ state: Int32) -> String {
        vcpuStates.indices.contains(Int(state)) ? vcpuStates[Int(state)] : "no state"
    }
}

/// Sets of processors as people write them.
enum CPUMap {
    /// Whether the bit of a processor is set.
    static func has(_ map: some RandomAccessCollection<UInt8>, _ cpu: Int) -> Bool {
        guard cpu / 8 < map.count else { return false }
        return map[map.index(map.startIndex, offsetBy: cpu / 8)] & (1 << UInt8(cpu % 8)) != 0
    }

    /// `yy--`
    static func letters(_ map: some RandomAccessCollection<UInt8>, count: Int) -> String {
        String((0..<max(0, count)).map { has(map, $0) ? "y" : "-" })
    }

    /// `0-2,5`
    static func ranges(_ map: some RandomAccessCollection<UInt8>, count: Int) -> String {
        var parts: [String] = []
        var cpu = 0
        while cpu < count {
            let first = cpu
            while cpu < count && has(map, cpu) { cpu += 1 }
            if cpu > first {
                parts.append(cpu - first == 1 ? "\(first)" : "\(first)-\(cpu - 1)")
            } else {
                cpu += 1
            }
        }
        return parts.joined(separator: ",")
    }
}
