import Foundation
import TestDriver
import Testing
import Virt
import VirtDriver

@Suite("Guests of the test host in files")
struct TestSaveTests {
    private func hypervisor(_ driver: TestDriver) async throws -> any HypervisorService {
        let request = try OpenRequest(ConnectionURI("test:///default"), for: .thisProcess())
        return try #require(try await driver.open(request)).hypervisor
    }

    @Test("a guest that is saved is restored from the file, which says what it is")
    func saved() async throws {
        let hypervisor = try await hypervisor(TestDriver())
        let path = NSTemporaryDirectory() + "roost-test-\(Foundation.UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let domain = try hypervisor.domain(try await hypervisor.domainLookupByName(name: "test"))
        try await domain.save(to: path)
        #expect(try await domain.state(flags: 0).reason == DomainShutoffReason.saved.rawValue)
        let file = try #require(FileManager.default.contents(atPath: path))
        #expect(file.starts(with: Array("TestGuestMagic\0".utf8)))
        let text = try await hypervisor.domainSaveImageXMLDesc(file: path, flags: [])
        #expect(text.contains("<name>test</name>"))
        try await hypervisor.domainRestore(from: path)
        #expect(try await domain.state(flags: 0).reason == DomainRunningReason.restored.rawValue)
        try await domain.coreDump(to: path, flags: .crash)
        #expect(try await domain.state(flags: 0).reason == DomainShutoffReason.crashed.rawValue)
    }

    @Test("a daemon that serves others touches no file for them")
    func denied() async throws {
        let hypervisor = try await hypervisor(TestDriver(opensFiles: false))
        let path = NSTemporaryDirectory() + "roost-test-\(Foundation.UUID().uuidString)"
        let domain = try hypervisor.domain(try await hypervisor.domainLookupByName(name: "test"))
        for call in [
            { try await domain.save(to: path) }, { try await domain.coreDump(to: path, flags: []) },
            { try await hypervisor.domainRestore(from: "/etc/passwd") },
            { _ = try await hypervisor.domainSaveImageXMLDesc(file: "/etc/passwd", flags: []) },
        ] as [() async throws -> Void] {
            await #expect { try await call() } throws: { ($0 as? VirtError)?.code == .operationDenied }
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try await domain.state(flags: 0).state == DomainState.running.rawValue)
    }
}
