import XMLBinding

/// How much time the guest's CPUs get and where they run.
public struct CPUTune: XMLElement {
    public var shares: UInt64?
    /// In microseconds, as are all periods; quotas are microseconds a period, -1 for no limit.
    public var period: UInt64?, quota: Int64?
    public var globalPeriod: UInt64?, globalQuota: Int64?
    public var emulatorPeriod: UInt64?, emulatorQuota: Int64?
    public var iothreadPeriod: UInt64?, iothreadQuota: Int64?
    public var vcpuPins: [VCPUPin] = []
    public var emulatorPin: CPUSet?
    public var iothreadPins: [IOThreadPin] = []
    @Boxed public var emulatorScheduler: Scheduler?
    public var vcpuSchedulers: [VCPUScheduler] = []
    public var iothreadSchedulers: [IOThreadScheduler] = []
    public var cacheTunes: [CacheTune] = []
    public var memoryTunes: [MemoryBandwidthTune] = []

    /// The most groups for cache and memory bandwidth: more than processors keep apart.
    static let mostGroups = 256

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try bind(&x, threads: nil) }

    /// - Parameter threads: the I/O threads that the guest has; nil where they aren't known.
    mutating func bind(_ x: inout XMLBinder, threads: Set<UInt32>?) throws(XMLError) {
        try x.value("shares", &shares, .refusing("can't parse cputune shares value", .xml))
        try x.value("period", &period, .refusing("can't parse cputune period value", .xml))
        try x.value("quota", &quota, .refusing("can't parse cputune quota value", .xml))
        try x.value(
            "global_period", &globalPeriod, .refusing("can't parse cputune global period value", .xml))
        try x.value("global_quota", &globalQuota, .refusing("can't parse cputune global quota value", .xml))
        try x.value(
            "emulator_period", &emulatorPeriod, .refusing("can't parse cputune emulator period value", .xml))
        try x.value(
            "emulator_quota", &emulatorQuota, .refusing("can't parse cputune emulator quota value", .xml))
        try x.value(
            "iothread_period", &iothreadPeriod, .refusing("can't parse cputune iothread period value", .xml))
        try x.value(
            "iothread_quota", &iothreadQuota, .refusing("can't parse cputune iothread quota value", .xml))
        try x.elements("vcpupin", &vcpuPins)
        if x.isReading { try checkPins() }
        try bindEmulatorPin(&x)
        let pins = x.node?.children.filter { $0.name == "iothreadpin" } ?? []
        try check(pins.compactMap { $0.attribute("iothread").flatMap { UInt32($0) } }, threads, x)
        try x.elements("iothreadpin", &iothreadPins)
        if x.isWriting { try x.element("emulatorsched", &emulatorScheduler) }
        try x.elements("vcpusched", &vcpuSchedulers)
        try x.elements("iothreadsched", &iothreadSchedulers)
        try check(
            iothreadSchedulers.flatMap { $0.iothreads.members.map { UInt32(clamping: $0) } }, threads, x)
        if x.isReading { try x.element("emulatorsched", &emulatorScheduler) }
        try x.elements("cachetune", &cacheTunes, atMost: Self.mostGroups)
        try x.elements("memorytune", &memoryTunes, atMost: Self.mostGroups)
        if x.isReading {
            try checkSchedulers()
            split()
            try check()
            try checkTimes(x)
        }
    }

    /// What is said of I/O threads is about such as there are.
    private func check(_ named: [UInt32], _ threads: Set<UInt32>?, _ x: XMLBinder) throws(XMLError) {
        guard let threads, x.isReading, let missing = named.first(where: { !threads.contains($0) }) else {
            return
        }
        throw x.fault("Cannot find 'iothread' : \(missing)", .unsupported)
    }

    private mutating func bindEmulatorPin(_ x: inout XMLBinder) throws(XMLError) {
        let count = x.node?.children.count { $0.name == "emulatorpin" } ?? 0
        try x.require(count <= 1, "only one emulatorpin is supported")
        try x.group("emulatorpin") { (x) throws(XMLError) in
            try x.set("cpuset", &emulatorPin)
            try x.require(emulatorPin != nil, "missing cpuset for emulatorpin", .internalError)
        }
    }

    /// Each thread stands alone, in ascending order, however the document grouped them.
    private mutating func split() {
        vcpuPins.sort { $0.vcpu < $1.vcpu }
        iothreadPins.sort { $0.iothread < $1.iothread }
        vcpuSchedulers = vcpuSchedulers.flatMap { entry in
            entry.vcpus.members.map { VCPUScheduler(vcpus: CPUSet([$0]), scheduler: entry.scheduler) }
        }
        vcpuSchedulers.sort { ($0.vcpus.members.first ?? 0) < ($1.vcpus.members.first ?? 0) }
        iothreadSchedulers = iothreadSchedulers.flatMap { entry in
            entry.iothreads.members.map {
                IOThreadScheduler(iothreads: CPUSet([$0]), scheduler: entry.scheduler)
            }
        }
        iothreadSchedulers.sort { ($0.iothreads.members.first ?? 0) < ($1.iothreads.members.first ?? 0) }
    }
}

extension CPUTune {
    /// Forgets what is said of CPUs that don't exist, and groups that say nothing.
    mutating func limit(toVCPUs count: UInt32) {
        vcpuPins.removeAll { $0.vcpu >= count }
        for index in cacheTunes.indices { cacheTunes[index].vcpus.limit(to: count) }
        cacheTunes.removeAll { $0.vcpus.isEmpty || $0.caches.isEmpty && $0.monitors.isEmpty }
        for index in memoryTunes.indices { memoryTunes[index].vcpus.limit(to: count) }
        memoryTunes.removeAll { $0.vcpus.isEmpty || $0.nodes.isEmpty && $0.monitors.isEmpty }
        func none<T: FixedWidthInteger>(_ value: T?) -> T? { value == 0 ? nil : value }
        (period, quota) = (none(period), none(quota))
        (globalPeriod, globalQuota) = (none(globalPeriod), none(globalQuota))
        (emulatorPeriod, emulatorQuota) = (none(emulatorPeriod), none(emulatorQuota))
        (iothreadPeriod, iothreadQuota) = (none(iothreadPeriod), none(iothreadQuota))
    }
}

extension CPUSet {
    fileprivate mutating func limit(to count: UInt32) {
        for member in members where member >= count { remove(member) }
    }
}

/// The host's CPUs that one of the guest's may use.
public struct VCPUPin: XMLElement {
    public var vcpu: UInt32 = 0
    public var cpuset = CPUSet()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("vcpu", &vcpu)
        try x.set("cpuset", &cpuset, orElse: "missing cpuset for vcpupin")
    }
}

/// The host's CPUs that an I/O thread may use.
public struct IOThreadPin: XMLElement {
    public var iothread: UInt32 = 0
    public var cpuset = CPUSet()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.positive("iothread", &iothread)
        try x.set("cpuset", &cpuset, orElse: "missing cpuset for iothreadpin")
    }
}

/// How the host's kernel schedules a thread.
public struct Scheduler: XMLElement {
    public var policy: Policy = .fifo
    public var priority: Int32?

    public init() {}

    public enum Policy: String, XMLWord { case batch, idle, fifo, rr }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("scheduler", &policy)
        try x.attribute("priority", &priority)
        guard policy == .fifo || policy == .rr else { return priority = nil }
        try x.require(
            priority != nil,
            "Missing required attribute 'priority' in element '\(x.node?.name ?? "")'")
    }
}

/// How the guest's CPUs are scheduled.
public struct VCPUScheduler: XMLElement {
    public var vcpus = CPUSet()
    public var scheduler = Scheduler()

    public init() {}

    public init(vcpus: CPUSet, scheduler: Scheduler) {
        self.vcpus = vcpus
        self.scheduler = scheduler
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.set("vcpus", &vcpus, orElse: "Missing attribute 'vcpus' in element 'vcpusched'", .xml)
        try scheduler.bind(&x)
    }
}

/// How I/O threads are scheduled.
public struct IOThreadScheduler: XMLElement {
    public var iothreads = CPUSet()
    public var scheduler = Scheduler()

    public init() {}

    public init(iothreads: CPUSet, scheduler: Scheduler) {
        self.iothreads = iothreads
        self.scheduler = scheduler
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.set(
            "iothreads", &iothreads, orElse: "Missing attribute 'iothreads' in element 'iothreadsched'", .xml)
        try scheduler.bind(&x)
    }
}
