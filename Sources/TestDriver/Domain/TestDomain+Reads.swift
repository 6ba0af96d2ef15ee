import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension TestDomain {
    static let securityModel = "testSecurity"

    /// Time that the guest is said to have run: nanoseconds since 1970, so that it always grows.
    static var cpuTime: UInt64 { CalendarTime.now.nanoseconds }

    nonisolated func xmlDesc(flags: DomainXMLFlags) throws(VirtError) -> String {
        try flags.require([.secure, .inactive, .migratable], in: "testDomainGetXMLDesc", from: .test)
        return try snapshot.xml(flags)
    }

    nonisolated func info() -> DomainInfo {
        let (now, definition) = (snapshot, snapshot.definition)
        let total = definition.memory.total?.kibibytes ?? 0
        return DomainInfo(
            state: UInt8(clamping: now.state.rawValue), maxMem: total,
            memory: definition.memory.current?.kibibytes ?? total,
            nrVirtCpu: UInt16(clamping: definition.vcpu.current ?? definition.vcpu.maximum),
            cpuTime: Self.cpuTime)
    }

    nonisolated func state(flags: UInt32) throws(VirtError) -> DomainStateReply {
        try flags.require(in: "testDomainGetState", from: .test)
        let now = snapshot
        return DomainStateReply(state: now.state.rawValue, reason: now.reason)
    }

    nonisolated func isActive() -> Bool { snapshot.isActive }
    nonisolated func isPersistent() -> Bool { snapshot.isPersistent }
    nonisolated func isUpdated() -> Bool { false }
    nonisolated func autostart() -> Bool { snapshot.isAutostarted }
    nonisolated func osType() -> String { "linux" }

    nonisolated func hasManagedSaveImage(flags: UInt32) throws(VirtError) -> Int32 {
        try flags.require(in: "testDomainHasManagedSaveImage", from: .test)
        return snapshot.hasManagedSave ? 1 : 0
    }

    nonisolated func hostname(flags: DomainGetHostnameFlags) throws(VirtError) -> String {
        try flags.require(in: "testDomainGetHostname", from: .test)
        try requireActive()
        return snapshot.name + "host"
    }

    nonisolated func controlInfo(flags: UInt32) throws(VirtError) -> DomainControlInfo {
        try flags.require(in: "testDomainGetControlInfo", from: .test)
        try requireActive()
        return DomainControlInfo()
    }

    nonisolated func time(flags: UInt32) throws(VirtError) -> DomainTimeReply {
        try flags.require(in: "testDomainGetTime", from: .test)
        try requireActive()
        return DomainTimeReply(seconds: TestHost.moment, nseconds: 0)
    }

    nonisolated func securityLabel() -> DomainSecurityLabelReply {
        guard snapshot.isActive else { return DomainSecurityLabelReply(label: [0], enforcing: 0) }
        return DomainSecurityLabelReply(label: "libvirt-test".utf8CString.map { $0 }, enforcing: 1)
    }

    nonisolated func schedulerType() -> DomainSchedulerTypeReply {
        DomainSchedulerTypeReply(type: "fair", count: 1)
    }

    nonisolated func schedulerParameters() -> [TypedParameter] { [TypedParameter("weight", .uint(50))] }

    nonisolated func schedulerParametersFlags(
        flags: DomainModificationImpact
    ) throws(VirtError) -> [TypedParameter] {
        // Clients say that they would understand strings (4); there are none.
        try flags.rawValue.require(4, in: "testDomainGetSchedulerParametersFlags", from: .test)
        return schedulerParameters()
    }

    /// The balloon leaves the guest half of what it has unused.
    nonisolated func memoryStats(maxStats: UInt32, flags: UInt32) throws(VirtError) -> [DomainMemoryStat] {
        try flags.require(in: "testDomainMemoryStats", from: .test)
        try requireActive()
        let memory = snapshot.definition.memory
        let current = (memory.current ?? memory.total)?.kibibytes ?? 0
        let stats: [(DomainMemoryStatTags, UInt64)] = [
            (.actualBalloon, current), (.swapIn, 0), (.swapOut, 0), (.majorFault, 0), (.minorFault, 0),
            (.unused, current / 2), (.available, current), (.usable, current / 2),
            (.lastUpdate, UInt64(TestHost.moment)), (.diskCaches, current / 8), (.hugetlbPgalloc, 0),
            (.hugetlbPgfail, 0), (.rss, current / 2),
        ]
        return stats.prefix(Int(maxStats)).map { DomainMemoryStat(tag: $0.0.rawValue, val: $0.1) }
    }
}
