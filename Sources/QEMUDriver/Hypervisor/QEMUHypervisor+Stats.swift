import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension QEMUHypervisor {
    func allDomainStats(
        doms: [DomainReference], stats: UInt32, flags: ConnectGetAllDomainStatsFlags
    ) async throws(VirtError) -> [DomainStatsRecord] {
        let kinds = try DomainStatsTypes(rawValue: stats).checked(enforced: flags.contains(.enforceStats))
        let chosen = ConnectListAllDomainsFlags(rawValue: flags.rawValue & 0xFF)
        let domains: [QEMUDomain]
        if doms.isEmpty {
            domains = context.registry.list(chosen).compactMap { context.registry[$0.uuid] }
        } else {
            domains = doms.compactMap { context.registry[$0.uuid] }
        }
        return domains.map { domain in
            let now = domain.snapshot
            return DomainStatsRecord(domain: now.reference, parameters: now.statistics(kinds))
        }
    }
}

extension DomainStatsTypes {
    /// The kinds that the driver has.
    static let known: DomainStatsTypes = [.state, .cpuTotal, .balloon, .vcpu, .interface, .block]

    /// All kinds where none are asked for; kinds that the driver doesn't have are refused only if they must be there.
    fileprivate func checked(enforced: Bool) throws(VirtError) -> DomainStatsTypes {
        if rawValue == 0 { return Self.known }
        if enforced, !subtracting(Self.known).isEmpty {
            let text =
                "Stats types bits 0x\(String(subtracting(Self.known).rawValue, radix: 16)) are not supported by this daemon"
            throw VirtError(.argumentUnsupported, text, from: .qemu)
        }
        return intersection(Self.known)
    }
}

extension QEMUDomainSnapshot {
    /// What is known of the domain without asking QEMU, under libvirt's names and in its order.
    func statistics(_ kinds: DomainStatsTypes) -> [TypedParameter] {
        var all: [TypedParameter] = []
        if kinds.contains(.state) {
            all += [
                TypedParameter("state.state", .int(state.rawValue)),
                TypedParameter("state.reason", .int(reason)),
            ]
        }
        if kinds.contains(.cpuTotal), let times = process?.processorTimes {
            all += Self.processorStatistics(times)
        }
        guard let definition else { return all }
        if kinds.contains(.balloon) { all += balloonStatistics(definition) }
        if kinds.contains(.vcpu) {
            all += [
                TypedParameter("vcpu.current", .uint(definition.vcpu.online)),
                TypedParameter("vcpu.maximum", .uint(definition.vcpu.maximum)),
            ]
        }
        if kinds.contains(.interface), isActive { all += interfaceStatistics(definition) }
        if kinds.contains(.block) { all += blockStatistics(definition) }
        return all
    }

    private static func processorStatistics(_ times: (user: UInt64, system: UInt64)) -> [TypedParameter] {
        [
            TypedParameter("cpu.time", .ullong(times.user &+ times.system)),
            TypedParameter("cpu.user", .ullong(times.user)),
            TypedParameter("cpu.system", .ullong(times.system)),
            TypedParameter("cpu.cache.monitor.count", .uint(0)),
        ]
    }

    private func balloonStatistics(_ definition: DomainDefinition) -> [TypedParameter] {
        let maximum = definition.memory.total?.kibibytes ?? 0
        let current = isActive ? balloon ?? maximum : definition.memory.current?.kibibytes ?? maximum
        let resident = process?.residentMemory.map { [TypedParameter("balloon.rss", .ullong($0))] }
        return [
            TypedParameter("balloon.current", .ullong(current)),
            TypedParameter("balloon.maximum", .ullong(maximum)),
        ] + (resident ?? [])
    }

    private func interfaceStatistics(_ definition: DomainDefinition) -> [TypedParameter] {
        let cards = definition.devices.interfaces
        var all = [TypedParameter("net.count", .uint(UInt32(clamping: cards.count)))]
        for (index, card) in cards.enumerated() {
            guard let name = card.target?.dev else { continue }
            all.append(TypedParameter("net.\(index).name", .string(name)))
        }
        return all
    }

    private func blockStatistics(_ definition: DomainDefinition) -> [TypedParameter] {
        let disks = definition.devices.disks
        var all = [TypedParameter("block.count", .uint(UInt32(clamping: disks.count)))]
        for (index, disk) in disks.enumerated() {
            all.append(TypedParameter("block.\(index).name", .string(disk.target.dev)))
            if let path = disk.source.path {
                all.append(TypedParameter("block.\(index).path", .string(path)))
            }
            if isActive, let number = disk.source.index {
                all.append(TypedParameter("block.\(index).backingIndex", .uint(number)))
            }
        }
        return all
    }
}

extension ProcessIdentity {
    /// The processor time that the process has used in programs and in the kernel, in nanoseconds.
    var processorTimes: (user: UInt64, system: UInt64)? {
        guard let user = number(at: 11), let system = number(at: 12) else { return nil }
        return (user &* 10_000_000, system &* 10_000_000)
    }

    /// How much of the process is in memory, in KiB.
    var residentMemory: UInt64? { number(at: 21).map { $0 &* UInt64(clamping: Host.pageSize / 1024) } }

    /// A number of `/proc/PID/stat`, counted from the state, which follows the program's name.
    private func number(at place: Int) -> UInt64? {
        guard let text = try? FileSystem.readText("/proc/\(id)/stat"), let end = text.lastIndex(ofByte: ")")
        else { return nil }
        let fields = text[text.utf8.index(after: end)...].split(atByte: " ")
        return place < fields.count ? UInt64(fields[place]) : nil
    }
}
