import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// Disks of made-up guests: all have the same size, and counters that grow with time.
extension TestDomain {
    nonisolated func blockInfo(path: String, flags: UInt32) async throws(VirtError) -> DomainBlockInfo {
        try Self.driver.require(flags, in: "DomainGetBlockInfo")
        if path.isEmpty {
            throw .refused(
                "virDomainGetBlockInfo", "disk", "string disk in virDomainGetBlockInfo must not be empty")
        }
        _ = try existing().definition.disk(
            path, orElse: "invalid path \(path) not assigned to domain", from: .test)
        let size: UInt64 = 1 << 40
        return DomainBlockInfo(allocation: size, capacity: 1_099_506_450_432, physical: size)
    }

    nonisolated func blockStats(path: String) async throws(VirtError) -> DomainBlockStatsReply {
        let now = try existingActive()
        if path.isEmpty {
            throw VirtError(
                .operationUnsupported, "summary statistics are not supported yet", from: .test)
        }
        _ = try now.definition.disk(path, orElse: "invalid path: \(path)", from: .test)
        let microseconds = Int64(clamping: CalendarTime.now.nanoseconds / 1000)
        return DomainBlockStatsReply(
            rdReq: microseconds / 10, rdBytes: microseconds / 20, wrReq: microseconds / 30,
            wrBytes: microseconds / 40, errs: microseconds / 2_000_000)
    }

    /// Each disk has met what may be met, one after the other.
    nonisolated func diskErrors(flags: UInt32) async throws(VirtError) -> [DomainDiskError] {
        try Self.driver.require(flags, in: "DomainGetDiskErrors")
        let disks = try existingActive().definition.devices.disks
        return disks.enumerated().map { number, disk in
            DomainDiskError(disk: disk.target.dev, error: Int32(clamping: number % 2 + 1))
        }
    }

    nonisolated func blockIoTune(
        disk name: String?, flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        // That it understands parameters which are text, a client may always say.
        let impact = flags.subtracting(DomainModificationImpact(rawValue: 4))
        try Self.driver.require(impact, [.live, .config], in: "DomainGetBlockIoTune")
        let definition = try existing().definition(for: impact, "testDomainGetBlockIoTune")
        guard let name else { return IOTune().parameters }
        let disk = try definition.disk(
            name, orElse: "disk '\(name)' was not found in the domain config", from: .test)
        return (disk.iotune ?? IOTune()).parameters
    }

    func setBlockIoTune(
        disk name: String, parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainSetBlockIoTune")
        let wanted = try IOTuneChange(parameters, greatest: 1_000_000_000_000_000, from: .test)
        let now = try existing()
        let impact = try flags.resolvedToRead(
            isActive: now.isActive, isPersistent: now.isPersistent, "testDomainSetBlockIoTune")
        try await changeBoth("limit a disk", impact) { (definition, _) throws(VirtError) in
            let missing = "missing persistent configuration for disk '\(name)'"
            let disk = try definition.disk(name, orElse: missing, from: .test)
            let tune = wanted.applied(to: disk.iotune)
            try tune.check()
            definition.limit(disk, to: tune == IOTune() ? nil : tune)
        } live: { (domain) async throws(VirtError) in
            let told = wanted.told(of: name)
            let reference = domain.snapshot.reference
            return [.domainTunable(DomainTunableEvent(domain: reference, parameters: told))]
        }
    }
}

extension IOTune {
    /// What may be always is no more than what may be for a moment, even where that isn't said; a total has no parts.
    fileprivate func check() throws(VirtError) {
        try Self.checkTotals(from: .test) { name in
            Self.limits.contains { $0.name == name && self[keyPath: $0.path] != nil }
        }
        for limit in Self.limits where limit.group == "bytes" || limit.group == "iops" {
            let most = Self.limits.first { $0.name == limit.name + "_max" }
            if self[keyPath: limit.path] ?? 0 > most.flatMap({ self[keyPath: $0.path] }) ?? 0 {
                throw VirtError(
                    .invalidArg, "\(limit.name) cannot be set higher than \(limit.name)_max", from: .test)
            }
        }
    }
}
