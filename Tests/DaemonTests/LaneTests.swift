import LinuxSystem
import Roost
import Testing
import Virt
import VirtDriver

@Suite("What computes for long keeps off the threads that all others share", .timeLimit(.minutes(1)))
struct LaneTests {
    @Test("a costly call runs on a thread for heavy work, and so does one with a large packet; no other does")
    func threads() async throws {
        let daemon = try TestDaemon(drivers: [ThreadDriver()])
        defer { daemon.stop() }
        let connection = try await daemon.connect(readOnly: true)
        let driver = connection.driver.hypervisor
        #expect(try await driver.baselineCPU(xmlCPUs: ["small"], flags: []) == "heavy")
        #expect(try await driver.hostname() != "heavy")
        await connection.close()
        let writer = try await daemon.connect()
        let large = String(repeating: "x", count: 100_000)
        #expect(try await writer.driver.hypervisor.domainDefineXML(xml: large).name == "heavy")
        #expect(try await writer.driver.hypervisor.domainDefineXML(xml: "small").name != "heavy")
        await writer.close()
    }
}

/// A driver that tells on which thread it was called.
private struct ThreadDriver: Driver, DriverConnection, HypervisorService {
    let name = "thread"
    private var thread: String {
        let name = try? FileSystem.readText("/proc/thread-self/comm")
        return name?.split(separator: "\n").first.map(String.init) ?? ""
    }

    var hypervisor: any HypervisorService { self }
    func open(_ request: OpenRequest) async -> (any DriverConnection)? { self }
    func close() async {}

    func hostname() async -> String { thread }
    func baselineCPU(xmlCPUs: [String], flags: ConnectBaselineCPUFlags) async -> String { thread }
    func domainDefineXML(xml: String) async -> DomainReference {
        DomainReference(name: thread, uuid: .random(), id: -1)
    }
}
