import LinuxSystem
import Logging
import Roost
import Synchronization
import Testing
import Transport
import Virt

@testable import Daemon

@Suite("What the daemon's log says of clients", .timeLimit(.minutes(1)))
struct LogTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])

        func logger() -> Logger {
            Logger(label: "test") { _ in LineLog { line in self.all.withLock { $0.append(line) } } }
        }
        func count(_ text: String) -> Int { all.withLock { $0.count { $0.contains(text) } } }
    }

    private struct LineLog: LogHandler {
        let write: @Sendable (String) -> Void
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        init(write: @escaping @Sendable (String) -> Void) { self.write = write }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { write("\(event.message)") }
    }

    @Test("who connected to change things and what was changed is told; reading leaves no line")
    func audit() async throws {
        let lines = Lines()
        let daemon = try TestDaemon(log: lines.logger())
        defer { daemon.stop() }
        let connection = try await daemon.connect()
        let domain = try await connection.domain(named: "test")
        _ = try await domain.xml()
        try await domain.suspend()
        await #expect(throws: VirtError.self) { try await domain.suspend() }
        await connection.close()
        let who = "(user \(ThisProcess.user), process \(ThisProcess.id))"
        let expected = [
            "client 1 \(who): connected read-write to test:///default",
            "client 1 \(who): virDomainSuspend 'test': done",
        ]
        let written = lines.all.withLock { $0 }
        #expect(Array(written.prefix(2)) == expected)
        #expect(written.count == 3)
        #expect(written[2].hasPrefix("client 1 \(who): virDomainSuspend 'test': failed: "))
    }

    @Test("clients of a user that do wrong all the time leave some lines, however often they come back")
    func rate() async throws {
        let lines = Lines()
        let daemon = try TestDaemon(trusted: [], log: lines.logger())
        defer { daemon.stop() }
        for _ in 0..<200 {
            let client = try await RawClient(daemon.path + "-ro")
            client.sendReply()
            #expect(await client.end() == .peer)
        }
        let count = lines.count("which only a server sends")
        #expect(count >= 1)
        #expect(count < 100)
    }

    @Test("what a client causes doesn't keep from the log what another one changes")
    func auditIsKept() async throws {
        let lines = Lines()
        let daemon = try TestDaemon(trusted: [], log: lines.logger())
        defer { daemon.stop() }
        let connection = try await daemon.connect()
        let domain = try await connection.domain(named: "test")
        for _ in 0..<50 {
            try await domain.suspend()
            try await domain.resume()
        }
        await connection.close()
        #expect(lines.count("virDomainResume 'test': done") == 50)
    }
}
