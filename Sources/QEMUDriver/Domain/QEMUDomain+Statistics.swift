import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    static var statisticsKinds: DomainStatsTypes {
        [.state, .cpuTotal, .balloon, .vcpu, .interface, .block, .dirtyrate]
    }

    nonisolated func statistics(
        of now: QEMUDomainSnapshot, _ kinds: DomainStatsTypes, withBacking: Bool, asking: Bool
    ) async -> [TypedParameter] {
        let isAsked = asking && now.isActive
        var all: [TypedParameter] = []
        let needsUsage = !kinds.isDisjoint(with: [.cpuTotal, .balloon])
        let usage = needsUsage ? now.run.process.flatMap(ProcessUsage.init) : nil
        if kinds.contains(.cpuTotal), let usage { all += QEMUDomainSnapshot.processorStatistics(usage) }
        if kinds.contains(.balloon) {
            let known = isAsked ? try? await balloonReport() : nil
            all += now.balloonStatistics(usage, known)
        }
        if kinds.contains(.vcpu) {
            all += [
                TypedParameter("vcpu.current", .uint(now.definition.vcpu.online)),
                TypedParameter("vcpu.maximum", .uint(now.definition.vcpu.maximum)),
            ]
        }
        if kinds.contains(.interface), now.isActive { all += now.interfaceStatistics(now.definition) }
        if kinds.contains(.block) {
            let nodes = isAsked ? try? await blockNodes() : nil
            all += await blockStatistics(now, nodes, withBacking: withBacking)
        }
        if kinds.contains(.dirtyrate), isAsked, let rate = try? await dirtyRate() { all += rate.parameters }
        return all
    }
}

extension QEMUDomainSnapshot {
    fileprivate static func processorStatistics(_ usage: ProcessUsage) -> [TypedParameter] {
        [
            TypedParameter("cpu.time", .ullong(usage.time)),
            TypedParameter("cpu.user", .ullong(usage.user)),
            TypedParameter("cpu.system", .ullong(usage.system)),
            TypedParameter("cpu.cache.monitor.count", .uint(0)),
        ]
    }

    fileprivate func interfaceStatistics(_ definition: DomainDefinition) -> [TypedParameter] {
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
}
