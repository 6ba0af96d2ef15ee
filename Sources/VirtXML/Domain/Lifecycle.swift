import XMLBinding

/// What happens when the guest powers off, reboots or crashes.
public enum LifecycleAction: String, XMLWord {
    case destroy, restart, preserve
    case renameRestart = "rename-restart"
    case coredumpDestroy = "coredump-destroy"
    case coredumpRestart = "coredump-restart"
}

/// What happens when a lock on the domain's disks is lost.
public enum LockFailureAction: String, XMLWord { case `default`, poweroff, restart, pause, ignore }

/// Whether the guest may put itself to sleep.
public struct PowerManagement: XMLElement {
    public var suspendToMemory: Bool?
    public var suspendToDisk: Bool?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("suspend-to-mem") { (x) throws(XMLError) in
            try x.yesNo("enabled", &suspendToMemory)
        }
        try x.group("suspend-to-disk") { (x) throws(XMLError) in
            try x.yesNo("enabled", &suspendToDisk)
        }
    }
}

/// A counter of the host's CPU that is kept for the domain.
public struct PerfEvent: XMLElement {
    public var name = ""
    public var enabled = true

    public init() {}

    /// The names of all, in the order of libvirt's lists.
    public static let all = [
        "cmt", "mbmt", "mbml", "cpu_cycles", "instructions", "cache_references", "cache_misses",
        "branch_instructions", "branch_misses", "bus_cycles", "stalled_cycles_frontend",
        "stalled_cycles_backend", "ref_cpu_cycles", "cpu_clock", "task_clock", "page_faults",
        "context_switches", "cpu_migrations", "page_faults_min", "page_faults_maj", "alignment_faults",
        "emulation_faults",
    ]

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        if x.isReading, !Self.all.contains(name) {
            throw x.fault(
                "Invalid value for attribute 'name' in element 'event': '\(name)'.", attribute: "name",
                value: name)
        }
        var flag: Bool? = x.isReading ? nil : enabled
        try x.yesNo("enabled", &flag)
        try x.require(flag != nil, "Missing required attribute 'enabled' in element 'event'")
        enabled = flag ?? enabled
    }
}
