import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension TestDomain {
    /// Time that the guest is said to have run: nanoseconds since 1970, so that it always grows.
    static var cpuTime: UInt64 { CalendarTime.now.nanoseconds }

    nonisolated func xmlDesc(flags: DomainXMLFlags) async throws(VirtError) -> String {
        try Self.driver.require(flags, [.secure, .inactive, .migratable], in: "DomainGetXMLDesc")
        let now = try existing()
        do throws(XMLError) {
            return try now.text(flags) { () throws(XMLError) in
                let inactive = now.inactive(flags)
                var options: XMLOptions = inactive == nil ? [] : .inactive
                if flags.contains(.secure) { options.insert(.secure) }
                if flags.contains(.migratable) { options.insert(.migratable) }
                return try (inactive ?? now.definition).xml(options: options)
            }
        } catch {
            throw VirtError(document: error)
        }
    }

    nonisolated func metadata(
        type: Int32, uri: String?, flags: DomainModificationImpact
    ) async throws(VirtError) -> String {
        try Self.driver.require(flags, [.live, .config], in: "DomainGetMetadata")
        return try storedMetadata(type, uri, flags)
    }

    nonisolated func usage(_ now: TestDomainSnapshot) -> (memory: UInt64, time: UInt64) {
        let memory = now.definition.memory
        return ((memory.current ?? memory.total)?.kibibytes ?? 0, Self.cpuTime)
    }

    nonisolated func osType() async throws(VirtError) -> String { "linux" }

    nonisolated func hostname(flags: DomainGetHostnameFlags) async throws(VirtError) -> String {
        try Self.driver.require(flags, in: "DomainGetHostname")
        return try existingActive().name + "host"
    }

    nonisolated func controlInfo(flags: UInt32) async throws(VirtError) -> DomainControlInfo {
        try Self.driver.require(flags, in: "DomainGetControlInfo")
        try existingActive()
        return DomainControlInfo()
    }

    nonisolated func securityLabel() async throws(VirtError) -> DomainSecurityLabelReply {
        guard try existing().isActive else { return DomainSecurityLabelReply(label: [0], enforcing: 0) }
        return DomainSecurityLabelReply(label: "libvirt-test".utf8CString.map { $0 }, enforcing: 1)
    }

    nonisolated func schedulerType() async throws(VirtError) -> DomainSchedulerTypeReply {
        DomainSchedulerTypeReply(type: "fair", count: 1)
    }

    nonisolated func schedulerParameters() async throws(VirtError) -> [TypedParameter] {
        [TypedParameter("weight", .uint(50))]
    }

    nonisolated func schedulerParametersFlags(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        // Clients say that they would understand strings (4); there are none.
        let known: UInt32 = flags.rawValue & ~4 == 0 ? 4 : 0
        try Self.driver.require(flags.rawValue, known, in: "DomainGetSchedulerParametersFlags")
        return try await schedulerParameters()
    }

    /// The balloon leaves the guest half of what it has unused.
    nonisolated func memoryStats(
        maxStats: UInt32, flags: UInt32
    ) async throws(VirtError) -> [DomainMemoryStat] {
        try Self.driver.require(flags, in: "DomainMemoryStats")
        let now = try existingActive()
        // It is the balloon that tells.
        guard let balloon = now.definition.devices.memballoon, balloon.model != MemballoonDevice.Model.none
        else { return [] }
        let current = usage(now).memory
        let stats: [(DomainMemoryStatTags, UInt64)] = [
            (.actualBalloon, current), (.swapIn, 0), (.swapOut, 0), (.majorFault, 0), (.minorFault, 0),
            (.unused, current / 2), (.available, current), (.usable, current / 2),
            (.lastUpdate, UInt64(TestHost.moment)), (.diskCaches, current / 8), (.hugetlbPgalloc, 0),
            (.hugetlbPgfail, 0), (.rss, current / 2),
        ]
        return stats.prefix(Int(maxStats)).map { DomainMemoryStat(tag: $0.0.rawValue, val: $0.1) }
    }
}
