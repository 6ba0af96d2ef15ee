import CLinux
import Glibc

extension ProcessHandle {
    /// Gives the process another limit. Raising one beyond its hard limit takes a privilege (`EPERM`).
    public func set(_ limit: ResourceLimit) throws(SystemError) {
        var value = limit.value
        try change(limit.kind, &value, nil)
    }

    /// The limit that the process has.
    public func limit(_ kind: ResourceLimit.Kind) throws(SystemError) -> ResourceLimit {
        var value = rlimit()
        try change(kind, nil, &value)
        return ResourceLimit(kind, value)
    }

    private func change(
        _ kind: ResourceLimit.Kind, _ new: UnsafePointer<rlimit>?, _ old: UnsafeMutablePointer<rlimit>?
    ) throws(SystemError) {
        guard try identity.isAlive() else {
            throw SystemError(call: "prlimit", errno: ESRCH, context: "process \(identity.id)")
        }
        try checked("prlimit", "process \(identity.id)") {
            clinux_limits(identity.id, Int32(kind.resource.rawValue), new, old)
        }
    }
}

extension ResourceLimit.Kind {
    fileprivate var resource: __rlimit_resource {
        switch self {
        case .lockedMemory: __RLIMIT_MEMLOCK
        case .core: RLIMIT_CORE
        case .openFiles: RLIMIT_NOFILE
        case .processes: __RLIMIT_NPROC
        case .fileSize: RLIMIT_FSIZE
        }
    }
}
