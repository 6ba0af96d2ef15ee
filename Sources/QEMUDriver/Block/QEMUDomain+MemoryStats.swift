import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// What is known of the guest's memory.
extension QEMUDomain {
    nonisolated func memoryStats(maxStats: UInt32, flags: UInt32) async throws(VirtError)
        -> [DomainMemoryStat]
    {
        try flags.require(in: "qemuDomainMemoryStats", from: .qemu)
        let now = try existingActive()
        let report = try await balloonReport()
        var all: [(DomainMemoryStatTags, UInt64)] = [(.actualBalloon, snapshot.memory)]
        all += report.map(\.inOrder) ?? []
        if let usage = now.run.process.flatMap(ProcessUsage.init) { all.append((.rss, usage.residentMemory)) }
        return all.prefix(Int(maxStats)).map { DomainMemoryStat(tag: $0.0.rawValue, val: $0.1) }
    }

    /// Has the guest report its memory as often as its document says.
    func beginMemoryReports() async throws(VirtError) {
        guard let balloon = snapshot.live?.devices.memballoon, let period = balloon.statsPeriod,
            let alias = balloon.info.alias
        else { return }
        try await setMemoryReports(every: period, of: alias)
    }

    /// Has a balloon ask the guest for its memory every so many seconds; 0 for never.
    func setMemoryReports(every seconds: UInt32, of balloon: String) async throws(VirtError) {
        try await ask(
            "qom-set",
            [
                "path": .string("/machine/peripheral/\(balloon)"),
                "property": "guest-stats-polling-interval", "value": .init(seconds),
            ])
    }

    /// What the running guest's balloon has been told; nil where there is none that tells.
    func balloonReport() async throws(VirtError) -> GuestMemory? {
        guard let balloon = snapshot.live?.devices.memballoon, balloon.model != .none, balloon.model != .xen,
            let alias = balloon.info.alias
        else { return nil }
        await learnBalloon()
        let told = try await ask(
            "qom-get", ["path": .string("/machine/peripheral/\(alias)"), "property": "guest-stats"])
        return GuestMemory(told: told)
    }
}

extension GuestMemory {
    /// All of it, in libvirt's order: when the guest has said so stands before what it keeps of disks.
    fileprivate var inOrder: [(DomainMemoryStatTags, UInt64)] {
        let late: [DomainMemoryStatTags] = [.diskCaches, .hugetlbPgalloc, .hugetlbPgfail]
        let early = values.filter { !late.contains($0.tag) }
        return early + [(.lastUpdate, lastUpdate)] + values.filter { late.contains($0.tag) }
    }
}

extension QEMUDomainSnapshot {
    /// What the statistics of all domains say of the memory.
    func balloonStatistics(_ usage: ProcessUsage?, _ report: GuestMemory??) -> [TypedParameter] {
        var all = [
            TypedParameter("balloon.current", .ullong(memory)),
            TypedParameter("balloon.maximum", .ullong(definition.memory.total?.kibibytes ?? 0)),
        ]
        let names: [DomainMemoryStatTags: String] = [
            .swapIn: "swap_in", .swapOut: "swap_out", .majorFault: "major_fault", .minorFault: "minor_fault",
            .unused: "unused", .available: "available", .usable: "usable", .lastUpdate: "last-update",
            .diskCaches: "disk_caches", .hugetlbPgalloc: "hugetlb_pgalloc", .hugetlbPgfail: "hugetlb_pgfail",
        ]
        for (tag, value) in (report ?? nil)?.inOrder ?? [] {
            if let name = names[tag] { all.append(TypedParameter("balloon.\(name)", .ullong(value))) }
        }
        if let usage { all.append(TypedParameter("balloon.rss", .ullong(usage.residentMemory))) }
        return all
    }
}
