import DriverConformance
import LinuxSystem
import Testing
import Virt
import VirtDriver

@Suite struct ContractTests {
    let host: Host

    init() throws { host = try Host() }

    @Test("the contract of all sorts of objects", arguments: objectChecks)
    func objects(check: ObjectCheck) async throws {
        try await check.run(on: PoolSort(host.connection(), folder: host.pool))
    }

    @Test("the contract of lives", arguments: startableChecks)
    func lives(check: StartableCheck) async throws {
        try await check.run(on: PoolSort(host.connection(), folder: host.pool))
    }
}
