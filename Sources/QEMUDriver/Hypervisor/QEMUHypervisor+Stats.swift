import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUHypervisor {
    func allDomainStats(
        doms: [DomainReference], stats: UInt32, flags: ConnectGetAllDomainStatsFlags
    ) async throws(VirtError) -> [DomainStatsRecord] {
        try flags.require(.known, in: "qemuConnectGetAllDomainStats", from: .qemu)
        let kinds = try DomainStatsTypes(rawValue: stats).checked(enforced: flags.contains(.enforceStats))
        let chosen = ConnectListAllDomainsFlags(flags)
        let hasBacking = flags.contains(.backing)
        return context.registry.domains(named: doms, chosen).compactMap { domain in
            // It may have ended since it was chosen, and be none any more.
            guard let now = try? domain.existing() else { return nil }
            return DomainStatsRecord(
                domain: now.reference, parameters: now.statistics(kinds, withBacking: hasBacking))
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
    ///
    /// - Parameter withBacking: whether to tell of the images below those that the guest sees, too.
    func statistics(_ kinds: DomainStatsTypes, withBacking: Bool = false) -> [TypedParameter] {
        var all: [TypedParameter] = []
        let needsUsage = !kinds.isDisjoint(with: [.cpuTotal, .balloon])
        let usage = needsUsage ? process.flatMap(ProcessUsage.init) : nil
        if kinds.contains(.state) {
            all += [
                TypedParameter("state.state", .int(state.rawValue)),
                TypedParameter("state.reason", .int(reason)),
            ]
        }
        if kinds.contains(.cpuTotal), let usage { all += Self.processorStatistics(usage) }
        guard let definition else { return all }
        if kinds.contains(.balloon) { all += balloonStatistics(definition, usage) }
        if kinds.contains(.vcpu) {
            all += [
                TypedParameter("vcpu.current", .uint(definition.vcpu.online)),
                TypedParameter("vcpu.maximum", .uint(definition.vcpu.maximum)),
            ]
        }
        if kinds.contains(.interface), isActive { all += interfaceStatistics(definition) }
        if kinds.contains(.block) { all += blockStatistics(definition, withBacking) }
        return all
    }

    private static func processorStatistics(_ usage: ProcessUsage) -> [TypedParameter] {
        [
            TypedParameter("cpu.time", .ullong(usage.time)),
            TypedParameter("cpu.user", .ullong(usage.user)),
            TypedParameter("cpu.system", .ullong(usage.system)),
            TypedParameter("cpu.cache.monitor.count", .uint(0)),
        ]
    }

    private func balloonStatistics(
        _ definition: DomainDefinition, _ usage: ProcessUsage?
    ) -> [TypedParameter] {
        let maximum = definition.memory.total?.kibibytes ?? 0
        let current = isActive ? balloon ?? maximum : definition.memory.current?.kibibytes ?? maximum
        let resident = usage.map { [TypedParameter("balloon.rss", .ullong($0.residentMemory))] }
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

    /// Each image that the guest sees, or each of the running guest's images.
    private func blockStatistics(_ definition: DomainDefinition, _ withBacking: Bool) -> [TypedParameter] {
        let disks = definition.devices.disks
        let images = disks.flatMap { disk in
            (isActive && withBacking ? disk.images : [disk.source]).map { (disk.target.dev, $0) }
        }
        var all = [TypedParameter("block.count", .uint(UInt32(clamping: images.count)))]
        for (number, (name, image)) in images.enumerated() {
            all.append(TypedParameter("block.\(number).name", .string(name)))
            if let path = image.path { all.append(TypedParameter("block.\(number).path", .string(path))) }
            if isActive, let index = image.index {
                all.append(TypedParameter("block.\(number).backingIndex", .uint(index)))
            }
        }
        return all
    }
}

extension DiskDevice {
    /// The image that the guest sees, and all below it.
    fileprivate var images: [StorageSource] {
        var found = [source]
        var next = backingStore
        while let store = next {
            if let source = store.source { found.append(source) }
            next = store.backingStore
        }
        return found
    }
}
