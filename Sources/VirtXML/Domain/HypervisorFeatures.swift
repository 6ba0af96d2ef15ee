import ByteText
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

    public enum Mode: String, XMLWord { case custom, passthrough }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if mode == nil { mode = .custom }
        try x.attribute("mode", &mode)
        // All that the host has needs no list.
        if x.isReading, mode == .passthrough { return }
        x.expand()
        try x.allow(Self.names) { "unsupported HyperV Enlightenment feature: \($0)" }
        try x.state("relaxed", &relaxed)
        try x.state("vapic", &vapic)
        try bindSpinlocks(&x)
        try x.state("vpindex", &vpindex)
        try x.state("runtime", &runtime)
        try x.state("synic", &synic)
        try x.detailed("stimer", &stimer) { (x) throws(XMLError) in
            try x.state("direct", &stimerDirect)
            if stimerDirect == false { stimerDirect = nil }
        }
        try x.state("reset", &reset)
        try bindVendor(&x)
        try bindRest(&x)
    }

    private static let names: Set<String> = [
        "relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer", "reset", "vendor_id",
        "frequencies", "reenlightenment", "tlbflush", "ipi", "evmcs", "avic", "emsr_bitmap", "xmm_input",
    ]

    private mutating func bindSpinlocks(_ x: inout XMLBinder) throws(XMLError) {
        try x.detailed("spinlocks", &spinlocks) { (x) throws(XMLError) in
            var retries = spinlockRetries ?? 0
            if x.isReading || spinlockRetries != nil { try x.attribute("retries", &retries) }
            try x.require(retries >= 4095, "HyperV spinlock retry count must be at least 4095")
            spinlockRetries = x.isReading ? retries : spinlockRetries
        }
    }

    private mutating func bindVendor(_ x: inout XMLBinder) throws(XMLError) {
        try x.detailed("vendor_id", &vendorID) { (x) throws(XMLError) in
            try x.attribute("value", &vendorIDValue)
            guard x.isReading else { return }
            guard let text = vendorIDValue else {
                throw x.fault("missing 'value' attribute for HyperV feature 'vendor_id'")
            }
            try x.require(
                text.utf8.count <= 12, "HyperV vendor_id value must not be more than 12 characters.")
            try x.require(!text.contains(byte: ","), "HyperV vendor_id value is invalid")
        }
    }

    private mutating func bindRest(_ x: inout XMLBinder) throws(XMLError) {
        try x.state("frequencies", &frequencies)
        try x.state("reenlightenment", &reenlightenment)
        try x.detailed("tlbflush", &tlbflush) { (x) throws(XMLError) in
            try x.state("direct", &tlbflushDirect)
            try x.state("extended", &tlbflushExtended)
            if tlbflushDirect == false { tlbflushDirect = nil }
            if tlbflushExtended == false { tlbflushExtended = nil }
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
        x.expand()
        try x.allow(Self.names) { "unsupported KVM feature: \($0)" }
        try x.state("hidden", &hidden)
        try x.state("hint-dedicated", &hintDedicated)
        try x.state("poll-control", &pollControl)
        try x.state("pv-ipi", &pvIPI)
        try x.detailed("dirty-ring", &dirtyRing) { (x) throws(XMLError) in
            var size = dirtyRingSize ?? 0
            if x.isReading || dirtyRingSize != nil { try x.attribute("size", &size) }
            try x.require(
                size.nonzeroBitCount == 1 && (1024...65536).contains(size),
                "dirty ring must be power of 2 and ranges [1024, 65536]")
            dirtyRingSize = x.isReading ? size : dirtyRingSize
        }
    }

    private static let names: Set<String> = [
        "hidden", "hint-dedicated", "poll-control", "pv-ipi", "dirty-ring",
    ]
}

extension XMLBinder {
    /// A feature that must say whether it is on; what else there is to say of it counts only then.
    fileprivate mutating func detailed(
        _ name: StaticString, _ value: inout Bool?, _ details: (inout XMLBinder) throws(XMLError) -> Void
    ) throws(XMLError) {
        var state = value
        try group(name) { (x) throws(XMLError) in
            if x.isReading { state = nil }
            try x.onOff("state", &state)
            try x.require(state != nil, "Missing required attribute 'state' in element '\(name)'")
            if state == true { try details(&x) }
        }
        value = state
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
        x.expand()
        try x.state("e820_host", &e820Host)
        try x.detailed("passthrough", &passthrough) { (x) throws(XMLError) in
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
        if x.isReading { policy = policy ?? .default }
        for name in Self.names {
            var state = states.first { $0.name == name.description }?.allowed
            try x.state(name, &state)
            if x.isReading, let state { states.append(State(name: name.description, allowed: state)) }
        }
    }
}
