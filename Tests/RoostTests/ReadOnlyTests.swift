import Roost
import TestDriver
import Testing
import Virt
import VirtDriver

/// `test:///default` in this process, opened for reading only.
@Suite struct ReadOnlyTests {
    @Test("a read-only connection in process refuses what changes anything, in the daemon's words")
    func refused() async throws {
        let connection = try await Connection.open("test:///default", readOnly: true)
        let domain = try await connection.domain(named: "test")
        let error = await #expect(throws: VirtError.self) { try await domain.suspend() }
        #expect(error?.code == .operationDenied)
        #expect(error?.message == "operation forbidden: read only access prevents virDomainSuspend")
        await #expect(throws: VirtError.self) { _ = try await connection.domainDefineXML(xml: "<domain/>") }
        #expect(try await domain.state(flags: 0).state == DomainState.running.rawValue)
        await connection.close()
    }

    @Test("a read-only connection in process reads, but no secrets")
    func allowed() async throws {
        let connection = try await Connection.open("test:///default", readOnly: true)
        let domain = try await connection.domain(named: "test")
        #expect(try await domain.xml().contains("<name>test</name>"))
        let error = await #expect(throws: VirtError.self) { _ = try await domain.xml(.secure) }
        #expect(error?.code == .operationDenied)
        await connection.close()
    }

    @Test("a connection that may write does")
    func writable() async throws {
        // A host of its own: others listen to the one that all share.
        let driver = try await TestDriver().open(
            OpenRequest(ConnectionURI("test:///default"), for: .thisProcess()))
        let connection = Connection(driver: try #require(driver))
        let domain = try await connection.domain(named: "test")
        try await domain.setMetadata(type: 0, metadata: "words", key: nil, uri: nil, flags: [])
        #expect(try await domain.metadata(type: 0, uri: nil, flags: []) == "words")
        await connection.close()
    }
}
