import Foundation
import JSON
import LinuxSystem
import PublishedData
import QEMUModel
import Testing
import Virt
import VirtDriver

@testable import QEMUDriver

@Suite(
    "Backups that can't be begun, with a QEMU that is played", .timeLimit(.minutes(2)),
    .needs(ProgramOrders.find("qemu-img") != nil, "qemu-img makes images"))
struct ScriptedBackupTests {
    private static let node = "libvirt-1-format"
    private static let job = "backup-vda-\(node)"

    /// A QEMU that won't make the copy's image; it shows something to clients, and has a job.
    private func script(jobs: JSONValue = [], exports: JSONValue = []) -> Script {
        var script = Script()
        script.results = [
            "query-named-block-nodes": [
                ["node-name": .string(Self.node), "image": ["virtual-size": JSONValue(1 << 20)]]
            ],
            "query-jobs": jobs, "query-block-exports": exports,
        ]
        script.answers = ["blockdev-create": .refusal]
        return script
    }

    private static let export: JSONValue = [["id": "libvirt-nbd-libvirt-2-format"]]

    private func guest(_ host: ScriptedHost) async throws -> (any DomainOperations, ScriptedGuest) {
        let image = host.folder + "/disk.qcow2"
        try await ImageTool().run(["create", "-q", "-f", "qcow2", image, "1M"])
        host.qemu.play(script())
        let domain = try await host.define(
            devices: """
                <disk type='file'><driver name='qemu' type='qcow2'/><source file='\(image)'/>
                <target dev='vda' bus='virtio'/></disk>
                """)
        try await domain.create()
        return (domain, try #require(host.qemu.guests.last))
    }

    private func copy(_ host: ScriptedHost) -> String { host.folder + "/copy.qcow2" }

    private func begin(_ domain: any DomainOperations, _ host: ScriptedHost) async throws {
        try await domain.backupBegin(
            backupXML: """
                <domainbackup mode='pull'><server transport='unix' socket='\(host.folder)/socket'/>\
                <disks><disk name='vda' type='file'><scratch file='\(copy(host))'/></disk></disks></domainbackup>
                """,
            checkpointXML: "<domaincheckpoint><name>cp</name></domaincheckpoint>", flags: [])
    }

    private func isOver(_ domain: any DomainOperations) async -> Bool {
        await (domain as? QEMUDomain)?.guest?.held.backup == nil
    }

    @Test("an export that QEMU won't remove keeps the backup on record, and is removed once QEMU does")
    func export() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, guest) = try await guest(host)
        var refusing = script(exports: Self.export)
        refusing.answers["block-export-del"] = .refusal
        guest.play(refusing)
        await #expect(throws: VirtError.self) { try await begin(domain, host) }
        #expect(await !isOver(domain))
        // Whoever asks for its end is told why there is none.
        await #expect(throws: VirtError.self) { try await domain.abortJob() }
        guest.play(script(exports: Self.export))
        try await eventually { await isOver(domain) }
        #expect(guest.asked.last { $0.hasPrefix("block-export") } == "block-export-del")
        #expect(!FileSystem.exists(copy(host)))
        try await domain.destroy()
    }

    @Test("a job that QEMU doesn't end holds up nobody else, and is ended later")
    func job() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, guest) = try await guest(host)
        guest.play(script(jobs: [["id": .string(Self.job), "status": "running"]]))
        await #expect(throws: VirtError.self) { try await begin(domain, host) }
        #expect(guest.asked.contains("job-cancel"))
        #expect(await !isOver(domain))
        try await domain.suspend()
        guest.play(script(jobs: [["id": .string(Self.job), "status": "concluded"]]))
        try await eventually { await isOver(domain) }
        #expect(guest.asked.contains("job-dismiss"))
        try await domain.destroy()
    }

    @Test("what is undone of a guest that has ended is asked of no later one")
    func nextRun() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, guest) = try await guest(host)
        guest.play(script(jobs: [["id": .string(Self.job), "status": "running"]]))
        await #expect(throws: VirtError.self) { try await begin(domain, host) }
        let subject = try #require(domain as? QEMUDomain)
        let former = try #require(await subject.guest?.id)
        try await domain.destroy()
        #expect(!FileSystem.exists(copy(host)))
        try await domain.create()
        let asked = try #require(host.qemu.guests.last).asked
        try await subject.takeBackBackup(of: former)
        await #expect(throws: VirtError.self) {
            try await subject.ask(MonitorCommand("job-cancel", ["id": .string(Self.job)]), of: former)
        }
        #expect(host.qemu.guests.last?.asked == asked)
        try await domain.destroy()
    }
}
