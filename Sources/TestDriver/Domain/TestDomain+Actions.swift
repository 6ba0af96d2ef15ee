import DriverKit
import Virt
import VirtDriver
import VirtXML

/// What is asked of the machine that the guest would run on.
extension TestDomain {
    nonisolated func sendKey(
        codeset: UInt32, holdtime: UInt32, keycodes: [UInt32], flags: UInt32
    ) async throws(VirtError) {
        if codeset >= Self.codesets {
            throw .refused("virDomainSendKey", "codeset", "Unsupported codeset '\(codeset)'")
        }
        try Self.driver.require(flags, in: "DomainSendKey")
        try existingActive()
    }

    /// How many sets of key codes libvirt knows.
    private static let codesets: UInt32 = 11

    func setLifecycleAction(
        type: UInt32, action: UInt32, flags: DomainModificationImpact
    ) async throws(VirtError) {
        let actions: [LifecycleAction] = [
            .destroy, .restart, .renameRestart, .preserve, .coredumpDestroy, .coredumpRestart,
        ]
        let events = ["poweroff", "reboot", "crash"]
        guard type < events.count else {
            throw VirtError(.invalidArg, "invalid lifecycle type '\(type)'", from: .domain)
        }
        guard action < actions.count else {
            throw VirtError(.invalidArg, "invalid lifecycle action '\(action)'", from: .domain)
        }
        try Self.driver.require(flags, [.live, .config], in: "DomainSetLifecycleAction")
        let wanted = actions[Int(action)]
        if type != 2, wanted == .coredumpDestroy || wanted == .coredumpRestart {
            let message = "Lifecycle event '\(events[Int(type)])' doesn't support '\(wanted.rawValue)' action"
            throw VirtError(.configUnsupported, message, from: .domain)
        }
        try await changeBoth("lifecycle action", flags) { (definition, _) throws(VirtError) in
            switch type {
            case 0: definition.onPoweroff = wanted
            case 1: definition.onReboot = wanted
            default: definition.onCrash = wanted
            }
        }
    }

    /// Two processors have worked for every guest, all the same time.
    nonisolated func cpuStats(
        nparams: UInt32, startCPU: Int32, ncpus: UInt32, flags: UInt32
    ) async throws(VirtError) -> DomainCPUStatsReply {
        // Clients say that they would understand strings (4); there are none.
        try Self.driver.require(flags & ~4, in: "DomainGetCPUStats")
        try existingActive()
        if startCPU == -1 {
            return CPUTimes.limited(CPUTimes.total, to: nparams)
        }
        // Without a count it is asked how many processors there are.
        if ncpus == 0 { return DomainCPUStatsReply(nparams: Int32(CPUTimes.each.count)) }
        guard startCPU >= 0, Int(startCPU) < CPUTimes.each.count else {
            throw Self.driver.error(
                .invalidArg, "start_cpu \(startCPU) larger than maximum of \(CPUTimes.each.count - 1)")
        }
        var reply = DomainCPUStatsReply()
        for times in CPUTimes.each.dropFirst(Int(startCPU)).prefix(Int(ncpus)) {
            let one = CPUTimes.limited(times, to: nparams)
            reply.parameters += one.parameters
            reply.nparams = one.nparams
        }
        return reply
    }

    /// No guest here is closed to its host.
    nonisolated func launchSecurityInfo(flags: UInt32) async throws(VirtError) -> [TypedParameter] {
        try Self.driver.require(flags, in: "DomainGetLaunchSecurityInfo")
        _ = try existing()
        return []
    }

    func setMemoryStatsPeriod(period: Int32, flags: DomainModificationImpact) async throws(VirtError) {
        if period < 0 {
            throw .refused(
                "virDomainSetMemoryStatsPeriod", "period",
                "period in virDomainSetMemoryStatsPeriod must be zero or greater")
        }
        try Self.driver.require(flags, [.live, .config], in: "DomainSetMemoryStatsPeriod")
        let now = try existing()
        _ = try flags.resolvedToRead(
            isActive: now.isActive, isPersistent: now.isPersistent, "virDomainSetMemoryStatsPeriod")
        try await changeBoth("memory statistics", flags) { (definition, _) throws(VirtError) in
            guard let balloon = definition.devices.memballoon, balloon.model != MemballoonDevice.Model.none
            else {
                throw Self.driver.error(
                    .internalError, "No memory balloon device configured, can not set the collection period")
            }
            definition.devices.memballoon?.statsPeriod = period == 0 ? nil : UInt32(period)
        }
    }
}

/// The times that processors are said to have worked, in nanoseconds.
private enum CPUTimes {
    static let each: [[TypedParameter]] = [
        [
            TypedParameter("cpu_time", .ullong(24_386_308_517)),
            TypedParameter("vcpu_time", .ullong(23_151_740_627)),
        ],
        [
            TypedParameter("cpu_time", .ullong(24_386_308_518)),
            TypedParameter("vcpu_time", .ullong(23_151_740_628)),
        ],
    ]
    static let total = [
        TypedParameter("cpu_time", .ullong(48_772_617_035)),
        TypedParameter("user_time", .ullong(5_540_000_000)),
        TypedParameter("system_time", .ullong(6_460_000_000)),
    ]

    /// As many as there is room for; only their number where there is none.
    static func limited(_ times: [TypedParameter], to room: UInt32) -> DomainCPUStatsReply {
        if room == 0 { return DomainCPUStatsReply(nparams: Int32(times.count)) }
        let given = Array(times.prefix(Int(room)))
        return DomainCPUStatsReply(parameters: given, nparams: Int32(given.count))
    }
}
