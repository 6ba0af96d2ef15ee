import Foundation
import JSON
import Testing
import Virt
import VirtDriver

@testable import QEMUDriver

/// What QEMU is asked while a guest is saved, but for what ends it.
private let stepsOfSave = [
    "stop", "migrate-set-capabilities", "query-migrate-parameters", "migrate-set-parameters", "getfd",
    "migrate",
    "query-migrate",
]

@Suite("A guest that is saved, with a QEMU that is played", .timeLimit(.minutes(2)))
struct ScriptedSaveTests {
    @Test("a save asks just what is tried here, and what it leaves is restored")
    func steps() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, path) = (try await host.define(), host.folder + "/state")
        try await domain.create()
        let guest = try #require(host.qemu.guests.first)
        let before = guest.asked.count
        try await domain.save(to: path)
        #expect(guest.asked.dropFirst(before) == stepsOfSave[...])
        #expect(
            try await domain.state(flags: 0)
                == DomainStateReply(
                    state: DomainState.shutoff.rawValue, reason: DomainShutoffReason.saved.rawValue))
        #expect(host.leftovers == [])
        try await host.connection.hypervisor.domainRestore(from: path)
        #expect(host.qemu.guests.last?.asked.contains("migrate-incoming") == true)
        #expect(
            try await domain.state(flags: 0)
                == DomainStateReply(
                    state: DomainState.running.rawValue, reason: DomainRunningReason.restored.rawValue))
        try await domain.destroy()
        #expect(host.leftovers == [])
    }

    @Test(
        "a save that fails at any step leaves no file, and a guest that runs on or has ended",
        arguments: stepsOfSave, [Script.Answer.refusal, .nonsense, .hangUp, .death])
    func failure(step: String, answer: Script.Answer) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let (domain, path) = (try await host.define(), host.folder + "/files/state")
        try FileManager.default.createDirectory(
            atPath: host.folder + "/files", withIntermediateDirectories: true)
        try await domain.create()
        var script = Script()
        script.answers = [step: answer]
        host.qemu.guests.first?.play(script)
        await #expect(throws: VirtError.self) { try await domain.save(to: path) }
        host.qemu.guests.first?.play(Script())
        let wanted: DomainState = answer == .death ? .shutoff : .running
        try await eventually {
            let state = try await domain.state(flags: 0).state
            let files = try FileManager.default.contentsOfDirectory(atPath: host.folder + "/files")
            return state == wanted.rawValue && files.isEmpty
        }
        if answer != .death {
            // One whose monitor was lost is reached again first.
            try await eventually { (try? await domain.save(to: path)) != nil }
            #expect(FileManager.default.fileExists(atPath: path))
        }
        #expect(host.leftovers == [])
    }

    @Test(
        "a restore that fails at any step leaves nothing but the file",
        arguments: ["migrate-set-capabilities", "getfd", "migrate-incoming", "query-migrate", "cont"],
        [Script.Answer.refusal, .nonsense, .hangUp, .death])
    func failedRestore(step: String, answer: Script.Answer) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await saved(on: host)
        var script = Script()
        script.answers = [step: answer]
        host.qemu.play(script)
        await #expect(throws: VirtError.self) { try await domain.create() }
        try await eventually {
            try await domain.state(flags: 0).state == DomainState.shutoff.rawValue && host.leftovers.isEmpty
        }
        // Once QEMU has all of it, the guest may have run: it must not be read a second time.
        #expect(try await domain.hasManagedSaveImage(flags: 0) == (step == "cont" ? 0 : 1))
        host.qemu.play(Script())
        try await domain.create()
        try await domain.destroy()
        #expect(host.leftovers == [])
    }

    /// A domain that starts from what was saved.
    private func saved(on host: ScriptedHost) async throws -> any DomainOperations {
        let domain = try await host.define()
        try await domain.create()
        try await domain.managedSave(flags: [])
        return domain
    }

    @Test("a guest that is still being read ends when it is destroyed, and what it is read from stays")
    func destroyedRestore() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await saved(on: host)
        var script = Script()
        script.results = ["query-migrate": ["status": "active"]]
        host.qemu.play(script)
        let start = Task { try await domain.create() }
        try await eventually {
            let guests = host.qemu.guests
            return guests.count == 2 && guests[1].asked.contains("query-migrate")
        }
        try await domain.destroy()
        await #expect(throws: VirtError.self) { try await start.value }
        #expect(try await domain.state(flags: 0).state == DomainState.shutoff.rawValue)
        #expect(try await domain.hasManagedSaveImage(flags: 0) == 1)
        #expect(host.leftovers == [])
    }

    @Test("the memory of a guest that crashes is kept where its document asks for that, and then it ends")
    func crash() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define("<on_crash>coredump-destroy</on_crash>")
        try await domain.create()
        host.qemu.guests.first?.tell("GUEST_PANICKED", ["action": "pause"])
        try await eventually {
            try await domain.state(flags: 0).state == DomainState.shutoff.rawValue && host.leftovers.isEmpty
        }
        #expect(try await domain.state(flags: 0).reason == DomainShutoffReason.crashed.rawValue)
        #expect(host.qemu.guests.first?.asked.contains("dump-guest-memory") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: host.folder + "/lib/dump").count == 1)
    }
}
