import CLinux
import Glibc
import Synchronization

extension ThisProcess {
    /// How many files the process may have open; nil is without limit.
    public static var fileLimit: ResourceLimit {
        var value = rlimit()
        _ = clinux_limits(0, Int32(RLIMIT_NOFILE.rawValue), nil, &value)
        return ResourceLimit(.openFiles, value)
    }

    /// Raises the limit of open files as far as it may be. Programs that are started get the former limit: some
    /// close every number that they might have open, or use `select`, which knows 1,024.
    public static func raiseFileLimit() {
        let former = fileLimit
        guard former.soft != former.hard else { return }
        var raised = ResourceLimit(.openFiles, former.hard).value
        guard clinux_limits(0, Int32(RLIMIT_NOFILE.rawValue), &raised, nil) == 0 else { return }
        givenFileLimit.withLock { $0 = former }
    }

    /// What programs that are started get as their limit of open files; nil where it is this process' own.
    static var fileLimitOfPrograms: ResourceLimit? { givenFileLimit.withLock { $0 } }

    /// The limit before it was raised.
    private static let givenFileLimit = Mutex<ResourceLimit?>(nil)
}

extension ResourceLimit {
    init(_ kind: Kind, _ value: rlimit) {
        func number(_ limit: rlim_t) -> UInt64? { limit == rlim_t.max ? nil : UInt64(limit) }
        self.init(kind, soft: number(value.rlim_cur), hard: number(value.rlim_max))
    }

    /// As the kernel takes it.
    var value: rlimit {
        func number(_ limit: UInt64?) -> rlim_t { limit.map { rlim_t($0) } ?? rlim_t.max }
        return rlimit(rlim_cur: number(soft), rlim_max: number(hard))
    }
}
