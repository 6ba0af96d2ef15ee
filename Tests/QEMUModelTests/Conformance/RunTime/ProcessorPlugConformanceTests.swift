import Foundation
import JSON
import PublishedData
import QEMUCorpus
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import QEMUModel

/// Processors that come and go while a guest runs. A case is `ARCH-modern-KIND`, of which parts are published:
/// `-domain.xml` is the definition, `-monitor.json` the talk with QEMU, `-result-live.xml` and `-result-conf.xml` what
/// becomes of the guest and of its definition. A definition that isn't among the data is that of another case of the
/// architecture, or a result without the change; where the talk isn't, a made-up QEMU answers.
@Suite(.published) struct ProcessorPlugConformanceTests {
    @Test("processors come and go as libvirt has them")
    func all() async throws {
        var count = CaseCount("qemu-hotplug-cpu")
        for one in ProcessorPlugCase.all {
            if one.live != nil || one.monitor != nil {
                await count.add(one.name + ".live") { try await one.checkLive() }
            }
            if one.config != nil { count.add(one.name + ".config") { try one.checkConfig() } }
        }
        count.tell()
    }
}

/// One such case.
struct ProcessorPlugCase {
    let name: String
    let live: String?
    let config: String?
    let monitor: [UInt8]?
    /// What the guest was before.
    private let before: DomainDefinition
    private let isBulk: Bool

    private static let folder = "qemu-hotplug-cpu/qemuhotplugtestcpus/"
    private static let parts = ["-domain.xml", "-monitor.json", "-result-live.xml", "-result-conf.xml"]

    static let all: [ProcessorPlugCase] = {
        let names = Published.names(in: folder).compactMap { file in
            parts.first { file.hasSuffix($0) }.map { String(file.dropLast($0.count)) }
        }
        return Set(names).sorted().compactMap { try? ProcessorPlugCase($0) }
    }()

    private init?(_ name: String) throws {
        self.name = name
        isBulk = name.contains("-bulk")
        func text(_ part: String) -> String? { Published.text("\(Self.folder)\(name)\(part)") }
        (live, config) = (text("-result-live.xml"), text("-result-conf.xml"))
        monitor = Published.bytes("\(Self.folder)\(name)-monitor.json")
        let architecture = name.prefix { $0 != "-" }
        let others = Published.names(in: Self.folder).filter {
            $0.hasPrefix("\(architecture)-") && $0.hasSuffix("-domain.xml")
        }
        if let given = (text("-domain.xml") ?? others.first.flatMap { Published.text(Self.folder + $0) }) {
            before = try Self.filled(DomainDefinition(xml: given, options: .inactive))
        } else if let result = config ?? live {
            before = try Self.unchanged(DomainDefinition(xml: result, options: .inactive))
        } else {
            return nil
        }
        if live == nil && config == nil && monitor == nil { return nil }
    }

    /// A result without the change: with the processors that can't go.
    private static func unchanged(_ result: DomainDefinition) throws -> DomainDefinition {
        var domain = result
        domain.vcpu.current = UInt32(result.vcpus.count { $0.enabled && $0.hotpluggable != true })
        domain.vcpus = []
        return try filled(domain)
    }

    private static func filled(_ domain: DomainDefinition) throws -> DomainDefinition {
        var domain = domain
        let architecture = domain.os.arch ?? "x86_64"
        var host = QEMUHost(architecture: architecture) { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.resolvesMachineAliases = false
        guard let qemu = try Published.capabilities(ConformanceCase.newest(architecture)) else {
            throw ConformanceRun.MissingCapabilities()
        }
        try domain.fillQEMUDefaults(qemu, host: host)
        return domain
    }

    // MARK: Checks

    func checkConfig() throws -> String {
        let expected = config ?? ""
        var domain = before
        let result = try DomainDefinition(xml: expected, options: .inactive)
        if isBulk {
            try domain.setProcessors(result.vcpu.online, hotpluggable: true)
        } else {
            try domain.setProcessors(Self.changed(before, result), online: true)
        }
        return CaseCount.difference(expected, try domain.xml(options: .inactive))
    }

    func checkLive() async throws -> String {
        let script = try monitor.map { try MonitorScript($0) }
        var guest = before
        guest.id = 7
        if let qemu = try Published.capabilities(ConformanceCase.newest(before.os.arch ?? "")) {
            guest.assignAliases(qemu)
        }
        let plug = plug(script)
        let known = try await plug.processors()
        var seen = known
        try await plug.make(try change(known, script), of: known) { seen = $0 }
        guest.note(seen)
        if let script, !script.difference.isEmpty { return script.difference }
        guard let live else { return "" }
        return CaseCount.difference(live, try guest.xml())
    }

    private func plug(_ script: MonitorScript?) -> ProcessorPlug {
        let maximum = Int(before.vcpu.maximum)
        if let script {
            return ProcessorPlug(
                maximum: maximum,
                ask: { (name, arguments) async throws(VirtError) in try script.ask(name, arguments) },
                remove: { (alias) async throws(VirtError) in
                    _ = try script.ask("device_del", ["id": .string(alias)])
                })
        }
        let qemu = MadeUpProcessors(before, online: Int(before.vcpu.online))
        return ProcessorPlug(
            maximum: maximum,
            ask: { (name, arguments) async throws(VirtError) in try qemu.ask(name, arguments) },
            remove: { (alias) async throws(VirtError) in qemu.remove(alias) })
    }

    private func change(_ known: GuestProcessors, _ script: MonitorScript?) throws -> ProcessorChange {
        let added = script?.devices("device_add").compactMap { $0["id"]?.string } ?? []
        let removed = script?.devices("device_del").compactMap { $0["id"]?.string } ?? []
        if isBulk { return try known.change(toReach: wanted(known, added, removed)) }
        if let alias = removed.first {
            let place = known.places.firstIndex { $0.alias == alias } ?? -1
            return .unplug([try known.place(of: Self.processors(known, place), toBeOnline: false)])
        }
        if let alias = added.first {
            let place = known.places.indices.first { known.alias(for: $0) == alias } ?? -1
            return .plug([try known.place(of: Self.processors(known, place), toBeOnline: true)])
        }
        let result = try DomainDefinition(xml: live ?? "")
        return .plug([try known.place(of: Self.changed(before, result), toBeOnline: true)])
    }

    /// How many processors were asked for.
    private func wanted(_ known: GuestProcessors, _ added: [String], _ removed: [String]) throws -> Int {
        if let result = try (live ?? config).map({ try DomainDefinition(xml: $0) }) {
            return Int(result.vcpu.online)
        }
        let count = known.places.first?.count ?? 1
        return known.online + (added.count - removed.count) * count
    }

    private static func processors(_ known: GuestProcessors, _ place: Int) -> CPUSet {
        CPUSet(known.all.indices.filter { known.all[$0].place == place })
    }

    /// The processors that a result has and the guest before had not.
    private static func changed(_ before: DomainDefinition, _ result: DomainDefinition) -> CPUSet {
        let online = Int(before.vcpu.online)
        return CPUSet(result.vcpus.filter { $0.enabled && $0.id >= online }.map { Int($0.id) })
    }
}
