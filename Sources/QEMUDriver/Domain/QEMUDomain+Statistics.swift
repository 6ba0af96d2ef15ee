import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    static var statisticsKinds: DomainStatsTypes { [.state, .cpuTotal, .balloon, .vcpu, .interface, .block] }

    static func statistics(
        of now: QEMUDomainSnapshot, _ kinds: DomainStatsTypes, withBacking: Bool
    ) -> [TypedParameter] {
        now.statistics(kinds, withBacking: withBacking)
    }
}

extension QEMUDomainSnapshot {
    fileprivate func statistics(_ kinds: DomainStatsTypes, withBacking: Bool) -> [TypedParameter] {
        var all: [TypedParameter] = []
        let needsUsage = !kinds.isDisjoint(with: [.cpuTotal, .balloon])
        let usage = needsUsage ? run.process.flatMap(ProcessUsage.init) : nil
        if kinds.contains(.cpuTotal), let usage { all += Self.processorStatistics(usage) }
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
        let resident = usage.map { [TypedParameter("balloon.rss", .ullong($0.residentMemory))] }
        return [
            TypedParameter("balloon.current", .ullong(memory)),
            TypedParameter("balloon.maximum", .ullong(definition.memory.total?.kibibytes ?? 0)),
        ] + (resident ?? [])
    }

    private func interfaceStatistics(_ definition: DomainDefinition) -> [TypedParameter] {
        let cards = definition.devices.interfaces
        var all = [TypedParameter("net.count", .uint(UInt32(clamping: cards.count)))]
        for (index, card) in cards.enumerated() {
            guard let name = card.target?.dev else { continue }
            all.append(TypedParameter("net.\(index).name", .string(name)))
            guard let link = try? NetworkLinks.named(name) else { continue }
            let (received, sent) = card.ways(link.statistics)
            for (way, counters) in [("rx", received), ("tx", sent)] {
                for (what, value) in [
                    ("bytes", counters.bytes), ("pkts", counters.packets), ("errs", counters.errors),
                    ("drop", counters.dropped),
                ] {
                    all.append(TypedParameter("net.\(index).\(way).\(what)", .ullong(value)))
                }
            }
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
