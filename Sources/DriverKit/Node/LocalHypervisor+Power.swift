import LinuxSystem
import Virt
import VirtDriver

extension LocalHypervisor {
    /// Has the host sleep, and wake by itself after some seconds.
    public func nodeSuspendForDuration(target: UInt32, duration: UInt64, flags: UInt32)
        async throws(VirtError)
    {
        try flags.require(in: "virNodeSuspend", from: .none)
        let sleep = try SleepKind(target)
        let power = PowerFacts()
        guard sleep.isPossible(power) else { throw VirtError(.argumentUnsupported, sleep.title) }
        guard duration >= 60, duration <= UInt64(UInt32.max) else {
            throw VirtError(.invalidArg, "Suspend duration is too short")
        }
        try await sleep.begin(for: duration)
    }
}

/// A way in which the host can sleep.
private enum SleepKind {
    case memory, disk, both

    init(_ target: UInt32) throws(VirtError) {
        switch target {
        case 0: self = .memory
        case 1: self = .disk
        case 2: self = .both
        default: throw VirtError(.invalidArg, "Invalid suspend target")
        }
    }

    var title: String {
        switch self {
        case .memory: "Suspend-to-RAM"
        case .disk: "Suspend-to-Disk"
        case .both: "Hybrid-Suspend"
        }
    }

    func isPossible(_ power: PowerFacts) -> Bool {
        switch self {
        case .memory: power.suspendsToMemory
        case .disk: power.suspendsToDisk
        case .both: power.suspendsToBoth
        }
    }

    /// What logind is asked for, since it asks those whom the host's sleep concerns.
    private var verb: String {
        switch self {
        case .memory: "suspend"
        case .disk: "hibernate"
        case .both: "hybrid-sleep"
        }
    }

    /// Sets the clock that wakes the host, and has logind do the rest.
    func begin(for seconds: UInt64) async throws(VirtError) {
        try await Self.run("rtcwake", ["-m", "no", "-s", "\(seconds)"])
        try await Self.run("systemctl", [verb])
    }

    private static func run(_ program: String, _ arguments: [String]) async throws(VirtError) {
        let run: ProgramRun
        do throws(SystemError) { run = try await ProgramRun.run(program, arguments) } catch {
            throw VirtError(.operationFailed, "the host can't sleep: \(error)")
        }
        if run.status == .exited(0) { return }
        throw VirtError(.operationFailed, "the host can't sleep: \(program): \(run.errorText)")
    }
}
