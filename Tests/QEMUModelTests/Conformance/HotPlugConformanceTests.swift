import Foundation
import PublishedData
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// Whether published live documents come out when the device in them is attached.
///
/// `BASE+DEVICE.xml` is what the guest of `BASE.xml` is with `DEVICE.xml` attached. Where the device or the base isn't
/// among the data, it is taken from the output: the device without what a driver fills in, or the output without it.
@Suite(.published) struct HotPlugConformanceTests {
    @Test("a guest with a device attached is described as libvirt describes it")
    func all() throws {
        var count = CaseCount("qemu-hotplug")
        for one in HotPlugCase.all { count.add(one.name) { try one.difference() } }
        count.tell()
    }
}

/// One published live document with a device that had been attached.
struct HotPlugCase {
    let name: String
    let output: String
    let base: String?
    let device: String?

    static let all: [HotPlugCase] = Published.names(in: folder + "domains").compactMap { HotPlugCase($0) }

    private static let folder = "qemu-hotplug/qemuhotplugtest"

    private init?(_ file: String) {
        name = String(file.dropLast(".xml".count))
        guard let plus = name.lastIndex(of: "+") else { return nil }
        let change = name[name.index(after: plus)...]
        func text(_ part: String) -> String? { Published.text("\(Self.folder)\(part).xml") }
        guard let output = text("domains/\(name)") else { return nil }
        self.output = output
        base = text("domains/\(name[..<plus])")
        device = text("devices/qemuhotplug-\(change)")
        // Of what is to be taken away again nothing stays to be compared.
        if change.hasSuffix("-detach") || (base == nil && device == nil) { return nil }
        // What others are built on is no output itself.
        if Published.names(in: Self.folder + "domains").contains(where: { $0.hasPrefix(name + "+") }) {
            return nil
        }
    }

    /// How the document differs from what was published; empty where it doesn't.
    func difference() throws -> String {
        let wanted = try filled(DomainDefinition(xml: output))
        var before = try base.map { try filled(DomainDefinition(xml: $0)) } ?? wanted
        before.id = wanted.id
        if base != nil, wanted.id != nil { before.assignAliases(try qemu(before)) }
        if let device, base == nil, !name.hasSuffix("-nochange") {
            before.devices.remove(try before.devices.one(meantBy: DomainDevice(xml: device)))
        }
        let result = try change(before, wanted)
        let (expected, actual) = (try wanted.xml(), try result.xml())
        return CaseCount.difference(expected, actual)
    }

    /// The guest once the device is attached, or changed where it was there before.
    private func change(_ before: DomainDefinition, _ wanted: DomainDefinition) throws -> DomainDefinition {
        let given = try device.map { [try DomainDevice(xml: $0, options: .inactive)] }
        return try (given ?? added(before, wanted)).reduce(before) { try attach($1, to: $0) }
    }

    private func attach(_ new: DomainDevice, to before: DomainDefinition) throws -> DomainDefinition {
        var after = before
        if let old = try? before.devices.one(meantBy: new) {
            if case .graphics(let screen) = old, case .graphics(let change) = new {
                try screen.checkChange(to: change)
                after.devices.replace(old, with: .graphics(screen.withPassword(of: change)))
            }
            return after
        }
        var plan = try HotPlug(new, into: before)
        try plan.filled.fillQEMUDefaults(qemu(before), host: host(before))
        let folder = ConformanceHost.resources(before).domainFolder.replacing("domain--1-", with: "domain-7-")
        for device in try plan.devices(qemu(before), image: before.lastImage, folder: folder) {
            after.devices.insert(Self.examined(device))
        }
        return after
    }

    /// What the output has and the base has not, as a person would write it.
    private func added(_ before: DomainDefinition, _ wanted: DomainDefinition) -> [DomainDevice] {
        let known = Set(before.devices.all.compactMap(\.alias))
        return wanted.devices.all.filter { device in
            !device.isController && device.alias.map { !known.contains($0) } ?? false
        }.map(Self.plain)
    }

    /// A device without what a driver fills in.
    private static func plain(_ device: DomainDevice) -> DomainDevice {
        let plain = device.with { info in
            if !info.hasUserAlias { info.alias = nil }
            if info.address?.drive == nil { info.address = nil }
        }
        guard case .disk(var disk) = plain else { return plain }
        (disk.source.index, disk.backingStore) = (nil, nil)
        disk.source.reservations?.source = nil
        return .disk(disk)
    }

    /// What the images say: below those of the data there is nothing.
    private static func examined(_ device: DomainDevice) -> DomainDevice {
        guard case .disk(var disk) = device, disk.backingStore == nil else { return device }
        disk.backingStore = BackingStore()
        return .disk(disk)
    }

    private func filled(_ domain: DomainDefinition) throws -> DomainDefinition {
        var domain = domain
        try domain.fillQEMUDefaults(qemu(domain), host: host(domain))
        return domain
    }

    private func host(_ domain: DomainDefinition) -> QEMUHost {
        var host = QEMUHost(architecture: domain.os.arch ?? "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = Published.firmware
        return host
    }

    private func qemu(_ domain: DomainDefinition) throws -> QEMUCapabilities {
        let name = ConformanceCase.newest(domain.os.arch ?? "x86_64")
        guard let found = try Published.capabilities(name) else { throw ConformanceRun.MissingCapabilities() }
        return found
    }
}
