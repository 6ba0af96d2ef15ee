import Foundation
import JSON
import Testing
import Virt
import VirtDriver

@testable import QEMUDriver

@Suite("Jobs on a guest's disk, with a QEMU that is played", .timeLimit(.minutes(2)))
struct ScriptedJobTests {
    private static let job = "copy-vda-libvirt-1-storage"

    /// A QEMU whose disk's device stands on an image with a number.
    private func script(top: Int) -> Script {
        let device: JSONValue = "/machine/peripheral/virtio-disk0/virtio-backend"
        let node = JSONValue.string("libvirt-\(top)-storage")
        var script = Script()
        script.results = [
            "query-named-block-nodes": [["node-name": node, "image": ["virtual-size": 512]]],
            "query-blockstats": [["qdev": device, "node-name": node]],
            "query-block": [["qdev": device, "inserted": ["node-name": node]]], "query-jobs": [],
        ]
        return script
    }

    /// A running guest with one raw disk.
    private func guest(on host: ScriptedHost) async throws -> (any DomainOperations, ScriptedGuest) {
        let file = host.folder + "/disk.img"
        #expect(FileManager.default.createFile(atPath: file, contents: Data(count: 512)))
        host.qemu.play(script(top: 1))
        let domain = try await host.define(
            devices: """
                <disk type='file'><driver name='qemu' type='raw'/><source file='\(file)'/>
                <target dev='vda' bus='virtio'/></disk>
                """)
        try await domain.create()
        return (domain, try #require(host.qemu.guests.first))
    }

    private func copy(_ domain: any DomainOperations, _ host: ScriptedHost) async throws {
        try await domain.blockCopy(
            path: "vda", destxml: "<disk type='file'><source file='\(host.folder)/copy.img'/></disk>",
            parameters: [], flags: .transientJob)
    }

    @Test("one that QEMU refuses leaves nothing, neither in the document nor on the host")
    func refused() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, guest) = try await guest(on: host)
        var refusing = script(top: 1)
        refusing.answers = ["blockdev-mirror": .refusal]
        guest.play(refusing)
        await #expect(throws: VirtError.self) { try await copy(domain, host) }
        #expect(try await !domain.xmlDesc(flags: []).contains("mirror"))
        #expect(!FileManager.default.fileExists(atPath: host.folder + "/copy.img"))
        #expect(guest.asked.contains("blockdev-del"))
        guest.play(script(top: 1))
        try await copy(domain, host)
        #expect(try await domain.xmlDesc(flags: []).contains("mirror"))
        try await domain.destroy()
    }

    @Test(
        "the disk has changed over where QEMU's own chain says so, and not because it was asked",
        arguments: [true, false])
    func end(hasChangedOver: Bool) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, guest) = try await guest(on: host)
        try await copy(domain, host)
        guest.tell("JOB_STATUS_CHANGE", ["id": .string(Self.job), "status": "ready"])
        try await eventually { try await domain.xmlDesc(flags: []).contains("ready='yes'") }
        var after = script(top: hasChangedOver ? 2 : 1)
        after.results["query-jobs"] = [
            ["id": .string(Self.job), "status": "concluded", "error": hasChangedOver ? .null : "no space"]
        ]
        guest.play(after)
        async let pivot: Void = domain.blockJobAbort(path: "vda", flags: .pivot)
        try await eventually { guest.asked.contains("job-complete") }
        guest.tell("JOB_STATUS_CHANGE", ["id": .string(Self.job), "status": "concluded"])
        try await pivot
        let text = try await domain.xmlDesc(flags: [])
        #expect(!text.contains("mirror"))
        #expect(text.contains("copy.img") == hasChangedOver)
        #expect(try await domain.xmlDesc(flags: .inactive).contains("copy.img") == hasChangedOver)
        #expect(guest.asked.contains("job-dismiss"))
        try await domain.destroy()
    }

    @Test("whoever waits for a job's end is told of the guest's")
    func guestEnds() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, guest) = try await guest(on: host)
        try await copy(domain, host)
        async let abort: Void = domain.blockJobAbort(path: "vda", flags: [])
        try await eventually { guest.asked.contains("job-cancel") }
        guest.die()
        try? await abort
        try await eventually { try await domain.state(flags: 0).state == DomainState.shutoff.rawValue }
    }
}
