import XMLBinding

/// What a guest that knows Hyper-V is offered.
public struct HyperVFeatures: XMLElement {
    public var mode: Mode?
    public var relaxed: Bool?
    public var vapic: Bool?
    public var spinlocks: Bool?
    /// 4095 or more.
    public var spinlockRetries: UInt32?
    public var vpindex: Bool?
    public var runtime: Bool?
    public var synic: Bool?
    public var stimer: Bool?
    public var stimerDirect: Bool?
    public var reset: Bool?
    public var vendorID: Bool?
    public var vendorIDValue: String?
    public var frequencies: Bool?
    public var reenlightenment: Bool?
    public var tlbflush: Bool?
    public var tlbflushDirect: Bool?
    public var tlbflushExtended: Bool?
    public var ipi: Bool?
    public var evmcs: Bool?
    public var avic: Bool?
    public var emsrBitmap: Bool?
    public var xmmInput: Bool?

    public init() {}

    public enum Mode: String, XMLWord { case none, custom, passthrough }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if mode == nil { mode = .custom }
        try x.attribute("mode", &mode)
        x.expand()
        try x.state("relaxed", &relaxed)
        try x.state("vapic", &vapic)
        try x.group("spinlocks") { (x) throws(XMLError) in
            try x.onOff("state", &spinlocks)
            try x.attribute("retries", &spinlockRetries)
        }
        try x.state("vpindex", &vpindex)
        try x.state("runtime", &runtime)
        try x.state("synic", &synic)
        try x.group("stimer") { (x) throws(XMLError) in
            try x.onOff("state", &stimer)
            try x.state("direct", &stimerDirect)
        }
        try x.state("reset", &reset)
        try x.group("vendor_id") { (x) throws(XMLError) in
            try x.onOff("state", &vendorID)
            try x.attribute("value", &vendorIDValue)
        }
        try bindRest(&x)
    }

    private mutating func bindRest(_ x: inout XMLBinder) throws(XMLError) {
        try x.state("frequencies", &frequencies)
        try x.state("reenlightenment", &reenlightenment)
        try x.group("tlbflush") { (x) throws(XMLError) in
            try x.onOff("state", &tlbflush)
            try x.state("direct", &tlbflushDirect)
            try x.state("extended", &tlbflushExtended)
        }
        try x.state("ipi", &ipi)
        try x.state("evmcs", &evmcs)
        try x.state("avic", &avic)
        try x.state("emsr_bitmap", &emsrBitmap)
        try x.state("xmm_input", &xmmInput)
    }
}

/// What a guest that knows KVM is offered.
public struct KVMFeatures: XMLElement {
    public var hidden: Bool?
    public var hintDedicated: Bool?
    public var pollControl: Bool?
    public var pvIPI: Bool?
    public var dirtyRing: Bool?
    /// In entries; a power of two from 1024 to 65536.
    public var dirtyRingSize: UInt32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.state("hidden", &hidden)
        try x.state("hint-dedicated", &hintDedicated)
        try x.state("poll-control", &pollControl)
        try x.state("pv-ipi", &pvIPI)
        try x.group("dirty-ring") { (x) throws(XMLError) in
            try x.onOff("state", &dirtyRing)
            try x.attribute("size", &dirtyRingSize)
        }
    }
}

/// What Xen offers a guest.
public struct XenFeatures: XMLElement {
    public var e820Host: Bool?
    public var passthrough: Bool?
    public var passthroughMode: Mode?

    public init() {}

    public enum Mode: String, XMLWord {
        case syncPT = "sync_pt"
        case sharePT = "share_pt"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.state("e820_host", &e820Host)
        try x.group("passthrough") { (x) throws(XMLError) in
            try x.onOff("state", &passthrough)
            try x.attribute("mode", &passthroughMode)
        }
    }
}

/// What the processes of a container may do.
public struct ContainerCapabilities: XMLElement {
    public var policy: Policy?
    /// Exceptions, by the kernel's names in small letters.
    public var states: [State] = []

    public init() {}

    public enum Policy: String, XMLWord { case `default`, allow, deny }

    public struct State: Equatable, Sendable {
        public var name: String
        public var allowed: Bool
    }

    static let names: [StaticString] = [
        "audit_control", "audit_write", "block_suspend", "chown", "dac_override", "dac_read_search",
        "fowner", "fsetid", "ipc_lock", "ipc_owner", "kill", "lease", "linux_immutable", "mac_admin",
        "mac_override", "mknod", "net_admin", "net_bind_service", "net_broadcast", "net_raw", "setgid",
        "setfcap", "setpcap", "setuid", "sys_admin", "sys_boot", "sys_chroot", "sys_module", "sys_nice",
        "sys_pacct", "sys_ptrace", "sys_rawio", "sys_resource", "sys_time", "sys_tty_config", "syslog",
        "wake_alarm",
    ]

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("policy", &policy)
        for name in Self.names {
            var state = states.first { $0.name == name.description }?.allowed
            try x.state(name, &state)
            if x.isReading, let state { states.append(State(name: name.description, allowed: state)) }
        }
    }
}
