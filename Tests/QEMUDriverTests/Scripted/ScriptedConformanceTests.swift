import DriverConformance
import Testing

@Suite(
    "The QEMU driver keeps the contract of all drivers, with a QEMU that is played", .timeLimit(.minutes(2)))
struct ScriptedConformanceTests {
    @Test("the contract", arguments: domainLifecycleChecks + domainDefinitionChecks, [true, false])
    func contract(check: ConformanceCheck, eventsComeFirst: Bool) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        var script = Script()
        script.eventsComeFirst = eventsComeFirst
        host.qemu.play(script)
        try await check.run(on: host.subject)
        #expect(host.leftovers == [])
    }

    @Test("the contract of all sorts of objects", arguments: objectChecks)
    func objects(check: ObjectCheck) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        try await check.run(on: DomainSort(host.subject))
        #expect(host.leftovers == [])
    }

    @Test("the contract of lives", arguments: startableChecks)
    func lives(check: StartableCheck) async throws {
        let host = try await ScriptedHost()
        defer { host.remove() }
        try await check.run(on: DomainSort(host.subject))
        #expect(host.leftovers == [])
    }
}
