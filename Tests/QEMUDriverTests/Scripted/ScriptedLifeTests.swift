import JSON
import Synchronization
import Testing
import Virt
import VirtDriver

@testable import QEMUDriver

/// What QEMU is asked while a guest is started.
private let stepsOfStart = [
    "qmp_capabilities", "query-chardev", "query-cpus-fast", "query-hotpluggable-cpus", "qom-get",
    "query-cpu-model-expansion", "query-balloon", "set-action", "cont",
]

@Suite("A guest's life, with a QEMU that is played", .timeLimit(.minutes(2)))
struct ScriptedLifeTests {
    @Test("a start asks just what is tried here")
    func steps() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define("<on_reboot>destroy</on_reboot>")
        try await domain.create()
        let asked = try #require(host.qemu.guests.first).asked
        #expect(Set(asked) == Set(stepsOfStart))
        #expect(asked.first == "qmp_capabilities" && asked.last == "cont")
        try await domain.destroy()
    }

    @Test("a device that QEMU has no more, and tells nothing of, is the guest's no more")
    func unheardRemoval() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define("")
        try await domain.create()
        let keyboard = "<input type='keyboard' bus='usb'><alias name='ua-keys'/></input>"
        try await domain.attachDevice(xml: keyboard)
        #expect(try await domain.xmlDesc(flags: []).contains("ua-keys"))
        try await domain.detachDevice(xml: keyboard)
        #expect(try await !domain.xmlDesc(flags: []).contains("ua-keys"))
        #expect(host.qemu.guests.first?.asked.suffix(2) == ["device_del", "qom-list"])
        try await domain.destroy()
    }

    @Test(
        "a start that fails at any step leaves nothing, and the next one works",
        arguments: stepsOfStart, [Script.Answer.refusal, .nonsense, .hangUp, .death])
    func failure(step: String, answer: Script.Answer) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define("<on_reboot>destroy</on_reboot>")
        var script = Script()
        script.answers = [step: answer]
        host.qemu.play(script)
        do {
            try await domain.create()
            // What QEMU needn't answer may fail; the guest is there then.
            try await domain.suspend()
            try await domain.destroy()
        } catch {
            try await host.settled()
            #expect(try await domain.state(flags: 0).state == DomainState.shutoff.rawValue, "\(error)")
        }
        #expect(host.leftovers == [])
        host.qemu.play(Script())
        try await domain.create()
        try await domain.destroy()
        #expect(host.leftovers == [])
    }

    @Test("a start in which QEMU hangs at any step ends when the guest is destroyed", arguments: stepsOfStart)
    func hang(step: String) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define("<on_reboot>destroy</on_reboot>")
        var script = Script()
        script.answers = [step: .silence]
        host.qemu.play(script)
        let start = Task { try await domain.create() }
        while host.qemu.guests.first?.asked.contains(step) != true {
            // Some steps are taken by guests alone that have what they are about.
            if try await domain.state(flags: 0).state == DomainState.running.rawValue { break }
            await Task.yield()
        }
        try await domain.destroy()
        _ = await start.result
        #expect(try await domain.state(flags: 0).state == DomainState.shutoff.rawValue)
        #expect(host.leftovers == [])
    }

    @Test(
        "a guest whose monitor is lost is kept, and heard again",
        arguments: [Script.Answer.hangUp, .nonsense])
    func lostMonitor(answer: Script.Answer) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define()
        try await domain.create()
        let guest = try #require(host.qemu.guests.first)
        var script = Script()
        script.answers = ["stop": answer]
        guest.play(script)
        await #expect(throws: VirtError.self) { try await domain.suspend() }
        guest.play(Script())
        #expect(try await domain.isActive())
        while (try? await domain.suspend()) == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try await domain.state(flags: 0).state == DomainState.paused.rawValue)
        try await domain.destroy()
        #expect(host.leftovers == [])
    }

    @Test("a guest whose process ends is shut off for that reason")
    func death() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define()
        try await domain.create()
        try #require(host.qemu.guests.first).die()
        try await host.settled()
        let state = try await domain.state(flags: 0)
        #expect(state.state == DomainState.shutoff.rawValue)
        #expect(state.reason == DomainShutoffReason.crashed.rawValue)
        #expect(host.leftovers == [])
    }

    @Test(
        "a guest that gives up follows its document",
        arguments: [
            ("destroy", DomainState.shutoff), ("restart", .running), ("preserve", .crashed),
            ("coredump-destroy", .shutoff), ("coredump-restart", .running),
        ])
    func panic(rule: String, state: DomainState) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define("<on_crash>\(rule)</on_crash>")
        try await domain.create()
        let guest = try #require(host.qemu.guests.first)
        guest.tell("GUEST_PANICKED", ["action": "pause", "info": [:]])
        guest.tell("STOP")
        try await eventually {
            let asked = guest.asked
            return try await domain.state(flags: 0).state == state.rawValue
                && (state != .running || asked.contains("system_reset"))
        }
        try? await domain.destroy()
        #expect(host.leftovers == [])
    }

    @Test(
        "a guest that switches itself off follows its document",
        arguments: [("destroy", DomainState.shutoff), ("restart", .running)], [true, false])
    func poweroff(rule: (word: String, state: DomainState), eventsComeFirst: Bool) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        var script = Script()
        script.eventsComeFirst = eventsComeFirst
        host.qemu.play(script)
        let domain = try await host.define("<on_poweroff>\(rule.word)</on_poweroff>")
        try await domain.create()
        try await domain.shutdown()
        let guest = try #require(host.qemu.guests.first)
        try await eventually {
            try await domain.state(flags: 0).state == rule.state.rawValue
                && (rule.state != .running || guest.asked.contains("system_reset"))
        }
        try? await domain.destroy()
        #expect(host.leftovers == [])
    }

    @Test("many who start and end one guest leave nothing")
    func crowd() async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        let domain = try await host.define()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<15 {
                        if number % 2 == 0 { try? await domain.create() } else { try? await domain.destroy() }
                        if number == 3 { host.qemu.guests.last?.die() }
                    }
                }
            }
        }
        try? await domain.destroy()
        try await host.settled()
        #expect(try await domain.state(flags: 0).state == DomainState.shutoff.rawValue)
        #expect(host.leftovers == [])
    }
}

/// Waits until something is so; the suite's time limit ends it.
func eventually(_ isSo: () async throws -> Bool) async throws {
    while try await !isSo() { try await Task.sleep(for: .milliseconds(2)) }
}
