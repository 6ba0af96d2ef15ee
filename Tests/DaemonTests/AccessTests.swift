import LinuxSystem
import Roost
import Testing
import Virt
import VirtDriver

@testable import Daemon

@Suite("What a client may do", .timeLimit(.minutes(1))) struct AccessTests {
    /// A client with nothing but some permissions.
    private func withClient(
        _ permissions: Set<Permission>, readOnly: Bool = false,
        _ body: (Connection) async throws -> Void
    ) async throws {
        let daemon = try TestDaemon(rights: { _ in .only(permissions) })
        defer { daemon.stop() }
        let connection = try await daemon.connect(readOnly: readOnly)
        try await body(connection)
        await connection.close()
    }

    private let finding: Set<Permission> = [
        Permission("getattr", on: .connect), Permission("getattr", on: .domain),
        Permission("read", on: .domain),
    ]

    private func refusal(_ body: () async throws(VirtError) -> Void) async -> VirtError? {
        do throws(VirtError) { try await body() } catch { return error }
        return nil
    }

    @Test("is what it has been allowed on each kind of object, and nothing else")
    func permissions() async throws {
        try await withClient(finding.union([Permission("suspend", on: .domain)])) { connection in
            let domain = try await connection.domain(named: "test")
            try await domain.suspend()
            let error = await refusal { () throws(VirtError) in try await domain.destroy() }
            #expect(error?.code == .accessDenied)
            #expect(error?.message.contains("has no permission domain:stop") == true)
            try await domain.resume()
        }
    }

    @Test("depends on a call's flags where its permissions do, wherever they stand in it")
    func flags() async throws {
        try await withClient(finding.union([Permission("write", on: .domain)])) { connection in
            let domain = try await connection.domain(named: "test")
            _ = try await domain.xml()
            let secure = await refusal { () throws(VirtError) in _ = try await domain.xml(.secure) }
            #expect(secure?.message.contains("has no permission domain:read_secure") == true)
            try await domain.setMetadata(
                type: 0, metadata: "words", key: nil, uri: nil, flags: DomainModificationImpact.live)
            let saved = await refusal { () throws(VirtError) in
                try await domain.setMetadata(
                    type: 0, metadata: "words", key: nil, uri: nil, flags: DomainModificationImpact.config)
            }
            #expect(saved?.message.contains("has no permission domain:save") == true)
        }
    }

    @Test("doesn't change how it is refused what the read-only socket lets nobody do")
    func readOnly() async throws {
        try await withClient(finding, readOnly: true) { connection in
            let reference = try await connection.domain(named: "test").reference
            // As the daemon itself answers: the handle would not even ask.
            let domain = try connection.driver.hypervisor.domain(reference)
            let error = await refusal { () throws(VirtError) in try await domain.suspend() }
            #expect(error?.message == "operation forbidden: read only access prevents virDomainSuspend")
            _ = try await domain.xmlDesc(flags: [])
            let secure = await refusal { () throws(VirtError) in _ = try await domain.xmlDesc(flags: .secure)
            }
            #expect(secure?.message == "operation forbidden: read only access prevents virDomainGetXMLDesc")
        }
    }

    @Test("counts for what the daemon answers itself, too")
    func ownCalls() async throws {
        try await withClient([Permission("getattr", on: .connect)]) { connection in
            let error = await refusal { () throws(VirtError) in _ = try await connection.domainEvents() }
            #expect(error?.code == .accessDenied)
        }
        let daemon = try TestDaemon(rights: { _ in .only([]) })
        defer { daemon.stop() }
        let error = await refusal { () throws(VirtError) in _ = try await daemon.connect() }
        #expect(error?.code == .accessDenied)
    }

    @Test("is at hand during a call, with who it is by the kernel's word")
    func caller() async throws {
        let driver = CallerDriver()
        let daemon = try TestDaemon(drivers: [driver])
        defer { daemon.stop() }
        let connection = try await daemon.connect(to: "caller:///")
        let told = try await connection.sysinfo(flags: 0)
        #expect(told == "user \(Client.thisProcess().identity?.user ?? .max), may write, own connection")
        await connection.close()
    }
}

/// A driver that says who calls.
private struct CallerDriver: Driver {
    let name = "caller"

    func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        CallerConnection()
    }
}

private struct CallerConnection: DriverConnection, HypervisorService {
    let takesHostServices = true
    var hypervisor: any HypervisorService { self }

    func sysinfo(flags: UInt32) async throws(VirtError) -> String {
        guard let caller = Caller.current else { return "nobody" }
        let isOwn = caller.connection is CallerConnection
        return
            "user \(caller.client.identity?.user ?? 0), \(caller.client.isReadOnly ? "reads" : "may write"), "
            + "\(isOwn ? "own" : "another's") connection"
    }
}
