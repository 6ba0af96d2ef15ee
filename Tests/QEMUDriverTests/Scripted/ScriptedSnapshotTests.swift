import Foundation
import HostKit
import LinuxSystem
import PublishedData
import QEMUCorpus
import Testing
import Virt
import VirtDriver

@testable import QEMUDriver

@Suite(
    "Snapshots of a guest, with a QEMU that is played", .timeLimit(.minutes(2)),
    .needs(ProgramOrders.find("qemu-img") != nil, "qemu-img makes images"))
struct ScriptedSnapshotTests {
    /// A running guest with one image.
    private func guest(_ host: ScriptedHost) async throws -> (domain: any DomainOperations, image: String) {
        let image = host.folder + "/disk.qcow2"
        try await ImageTool().run(["create", "-q", "-f", "qcow2", image, "1M"])
        let text = """
            <domain type='qemu'><name>scripted</name><memory unit='MiB'>16</memory>
              <os><type arch='x86_64' machine='pc'>hvm</type></os>
              <devices><emulator>\(RecordedQEMU.x86.emulator)</emulator>
              <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='\(image)'/>
                <target dev='vda' bus='virtio'/></disk></devices></domain>
            """
        let domain = try host.connection.hypervisor.domain(
            try await host.connection.hypervisor.domainDefineXML(xml: text))
        try await domain.create()
        return (domain, image)
    }

    private func plans(_ host: ScriptedHost) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: host.folder + "/lib/snapshot-plans")) ?? []
    }

    private let document = "<domainsnapshot><name>s</name></domainsnapshot>"

    @Test(
        "one within the images that fails at any step is undone, and the guest goes on",
        arguments: ["stop", "snapshot-save", "query-jobs"])
    func inner(_ step: String) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, _) = try await guest(host)
        var script = Script()
        script.answers = [step: .refusal]
        host.qemu.guests.first?.play(script)
        await #expect(throws: VirtError.self) { try await domain.snapshotCreateXML(xml: document, flags: []) }
        #expect(try await domain.snapshotNum(flags: []) == 0)
        host.qemu.guests.first?.play(Script())
        if step != "query-jobs" {
            #expect(try await domain.state(flags: 0).state == DomainState.running.rawValue)
            #expect(plans(host) == [])
        }
        try await domain.destroy()
        try await eventually { plans(host) == [] }
    }

    @Test("one in images of its own that QEMU refuses leaves no image and no node")
    func outer() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, image) = try await guest(host)
        let new = SnapshotPaths.new(image)
        for step in ["blockdev-add", "transaction"] {
            var script = Script()
            script.answers = [step: .refusal]
            host.qemu.guests.first?.play(script)
            await #expect(throws: VirtError.self) {
                try await domain.snapshotCreateXML(xml: document, flags: .diskOnly)
            }
            #expect(!FileSystem.exists(new))
            #expect(plans(host) == [])
            #expect(try await !domain.xmlDesc(flags: []).contains(new))
        }
        #expect(host.qemu.guests.first?.asked.contains("blockdev-del") == true)
        host.qemu.guests.first?.play(Script())
        _ = try await domain.snapshotCreateXML(xml: document, flags: .diskOnly)
        #expect(try await domain.xmlDesc(flags: []).contains(new))
        #expect(try await domain.xmlDesc(flags: .inactive).contains(new))
        try await domain.destroy()
    }

    @Test("a QEMU that ends while a snapshot is taken leaves none")
    func death() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, image) = try await guest(host)
        for (step, flags) in [("snapshot-save", DomainSnapshotCreateFlags()), ("transaction", .diskOnly)] {
            var script = Script()
            script.answers = [step: .death]
            host.qemu.guests.last?.play(script)
            await #expect(throws: VirtError.self) {
                try await domain.snapshotCreateXML(xml: document, flags: flags)
            }
            try await host.settled()
            try await eventually { plans(host) == [] }
            #expect(try await domain.snapshotNum(flags: []) == 0)
            #expect(!FileSystem.exists(SnapshotPaths.new(image)))
            host.qemu.play(Script())
            try await domain.create()
        }
        try await domain.destroy()
    }
}

private enum SnapshotPaths {
    /// Where a snapshot `s` has the new image.
    static func new(_ image: String) -> String { String(image.dropLast("qcow2".count)) + "s" }
}
