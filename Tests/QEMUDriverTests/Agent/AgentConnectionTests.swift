import Foundation
import Glibc
import JSON
import LinuxSystem
import QEMUModel
import Synchronization
import Testing

@testable import QEMUDriver

/// A guest's agent that is played on a thread: `answer` says what it writes for each line that it reads.
private final class PlayedAgent: Sendable {
    let line: AgentConnection
    private let far: Descriptor

    init(_ answer: @escaping @Sendable (JSONValue) -> [UInt8]?) throws {
        let (near, far) = try UnixSocket.pair()
        line = AgentConnection(socket: near)
        self.far = far
        try far.setNonBlocking(false)
        Foundation.Thread.detachNewThread {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = Glibc.read(far.rawValue, &buffer, buffer.count), count > 0 {
                text += buffer.prefix(count)
                while let end = text.firstIndex(of: 0x0A) {
                    let line = text[..<end].drop { $0 == 0xFF }
                    text.removeSubrange(...end)
                    guard let request = try? JSONValue(parsing: line) else { continue }
                    guard let bytes = answer(request) else { return far.close() }
                    _ = Glibc.send(far.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    deinit { far.close() }
}

/// What an agent says that keeps to the protocol, for what it was asked.
private func proper(_ request: JSONValue) -> [UInt8] {
    guard request["execute"]?.string == "guest-sync-delimited" else {
        return Array("{\"return\":{\"asked\":\"\(request["execute"]?.string ?? "")\"}}\n".utf8)
    }
    return [0xFF] + Array("{\"return\":\(request["arguments"]?["id"]?.uint ?? 0)}\n".utf8)
}

@Suite("The line to a guest's agent", .timeLimit(.minutes(1)))
struct AgentConnectionTests {
    private let ping = AgentCommand("guest-ping")

    @Test("an agent answers one command after the other")
    func answers() async throws {
        let agent = try PlayedAgent(proper)
        for _ in 0..<3 {
            let answer = try await agent.line.ask(ping, patience: .unlimited)
            #expect(answer["return"]?["asked"]?.string == "guest-ping")
        }
        await agent.line.close()
    }

    @Test("a silent agent is given up, and heard again once it speaks")
    func silence() async throws {
        let isSilent = Flag()
        let agent = try PlayedAgent { isSilent.isSet ? [] : proper($0) }
        isSilent.set(true)
        await #expect(throws: AgentError.unsynchronized(seconds: 0)) {
            _ = try await agent.line.ask(ping, patience: .seconds(0))
        }
        isSilent.set(false)
        _ = try await agent.line.ask(ping, patience: .unlimited)
        isSilent.set(true)
        await #expect(throws: AgentError.timedOut(seconds: 0)) {
            _ = try await agent.line.ask(ping, patience: .seconds(0))
        }
        isSilent.set(false)
        _ = try await agent.line.ask(ping, patience: .unlimited)
        await agent.line.close()
    }

    @Test("an agent that never stops, speaks of another number or breaks off harms its own caller only")
    func hostile() async throws {
        let noise = [UInt8](repeating: 0x61, count: 32 << 20)
        for bytes in [noise, Array("{\"return\": 1}\n".utf8), [0xFF], Array("{\"return\"".utf8)] {
            let agent = try PlayedAgent { _ in bytes }
            await #expect(throws: AgentError.self) {
                _ = try await agent.line.ask(ping, patience: .seconds(1))
            }
            await agent.line.close()
        }
    }

    @Test("the end of the line, of the guest's listener or of the guest ends the wait")
    func ends() async throws {
        let hangsUp = try PlayedAgent { $0["execute"]?.string == "guest-ping" ? nil : proper($0) }
        await #expect(throws: AgentError.disappeared) {
            _ = try await hangsUp.line.ask(ping, patience: .unlimited)
        }
        #expect(await hangsUp.line.isClosed)

        for close in [true, false] {
            let asked = Flag()
            let agent = try PlayedAgent { request in
                guard request["execute"]?.string == "guest-ping" else { return proper(request) }
                asked.set(true)
                return []
            }
            let answer = Task { try await agent.line.ask(ping, patience: .unlimited) }
            while !asked.isSet { await Task.yield() }
            if close { await agent.line.close() } else { await agent.line.lose() }
            await #expect(throws: AgentError.disappeared) { _ = try await answer.value }
        }
    }

    @Test("a command that is answered by what happens is over with it")
    func news() async throws {
        let asked = Flag()
        let agent = try PlayedAgent { request in
            guard request["execute"]?.string == "guest-shutdown" else { return proper(request) }
            asked.set(true)
            return []
        }
        async let answer = agent.line.ask(.shutdown(reboots: false), patience: .unlimited)
        while !asked.isSet { await Task.yield() }
        await agent.line.note(.reset)
        await agent.line.note(.shutdown)
        _ = try await answer
        await agent.line.close()
    }
}

/// Something that a test and its agent both see.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set(_ isSet: Bool) { value.withLock { $0 = isSet } }
}
