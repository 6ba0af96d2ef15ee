import JSON
import LinuxSystem
import Synchronization
import Testing

@testable import QMP

/// A monitor, and what plays QEMU at the other end of its socket.
private struct Conversation {
    let monitor: QMPMonitor
    let peer: Descriptor
    /// What the monitor was closed with.
    let ending: AsyncStream<QMPError>

    init(loop: EventLoop = .shared) async throws {
        let (ours, peer) = try UnixSocket.pair()
        let (ending, feed) = AsyncStream.makeStream(of: QMPError.self)
        self.peer = peer
        self.ending = ending
        let monitor = QMPMonitor(socket: ours, loop: loop) { feed.yield($0) }
        self.monitor = monitor
        _ = try say(#"{"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7}}}}"#)
        _ = try say(#"{"return":{},"id":0}"#)
        try await monitor.open()
        _ = try await hear()
    }

    /// Writes a line; false when there is no room for it, or only for a part.
    @discardableResult
    func say(_ text: String) throws -> Bool {
        let line = Array((text + "\n").utf8)
        return try line.withUnsafeBytes { try UnixSocket.send($0, to: peer) } == line.count
    }

    /// What the monitor has sent, at least something.
    func hear() async throws -> String {
        String(decoding: try await peer.firstBytes(within: .seconds(30)) ?? [], as: UTF8.self)
    }

    func end() async -> QMPError? {
        for await error in ending { return error }
        return nil
    }
}

@Suite(.timeLimit(.minutes(1))) struct QMPMonitorTests {
    @Test("a monitor whose events nobody takes isn't read, and none is lost")
    func backPressure() async throws {
        let conversation = try await Conversation()
        var told = 0
        for _ in 0..<20_000 {
            if try conversation.say(#"{"event":"E","data":{"number":\#(told)}}"#) {
                told += 1
            } else {
                // The loop has a turn: it reads what it wants to.
                _ = await conversation.monitor.closeReason
            }
        }
        #expect(told < 10_000)
        var heard = 0
        for await event in conversation.monitor.told {
            #expect(event.data["number"]?.int == Int64(heard))
            heard += 1
            if heard == WaitingEvents.most + 1 { break }
        }
        #expect(heard == WaitingEvents.most + 1)
    }

    @Test("whoever is cancelled hears of no event that waits")
    func cancelled() async throws {
        let conversation = try await Conversation()
        for _ in 0..<10 { try conversation.say(#"{"event":"E"}"#) }
        let monitor = conversation.monitor
        let listening = Task {
            var heard = 0
            for await _ in monitor.told {
                heard += 1
                withUnsafeCurrentTask { $0?.cancel() }
            }
            return heard
        }
        #expect(await listening.value == 1)
        let waiting = Task { for await _ in monitor.told {} }
        waiting.cancel()
        await waiting.value
    }

    @Test("events that came before the end are heard, and then the end")
    func end() async throws {
        let conversation = try await Conversation()
        try conversation.say(#"{"event":"SHUTDOWN"}"#)
        conversation.peer.close()
        var names: [String] = []
        for await event in conversation.monitor.told { names.append(event.name) }
        #expect(names == ["SHUTDOWN"])
        #expect(await conversation.end() == .disconnected)
    }

    @Test("a reply is known when what happened before it is")
    func order() async throws {
        let conversation = try await Conversation()
        let monitor = conversation.monitor
        let known = Mutex(0)
        let listening = Task {
            for await _ in monitor.told {
                // Whoever listens may take its time.
                for _ in 0..<10 { await Task.yield() }
                known.withLock { $0 += 1 }
            }
        }
        for number in 1...100 {
            async let reply = monitor.execute("stop", timeout: .seconds(30))
            _ = try await conversation.hear()
            try conversation.say(#"{"event":"STOP"}"#)
            try conversation.say(#"{"return":\#(number),"id":\#(number)}"#)
            #expect(try await reply.int == Int64(number))
            #expect(known.withLock { $0 } == number)
        }
        await monitor.close()
        await listening.value
    }

    @Test("a reply that nobody's listening holds back is not waited for longer than was said")
    func unheard() async throws {
        let conversation = try await Conversation()
        let monitor = conversation.monitor
        let reply = Task { try await monitor.execute("stop", timeout: .milliseconds(50)) }
        _ = try await conversation.hear()
        try conversation.say(#"{"event":"STOP"}"#)
        try conversation.say(#"{"return":{},"id":1}"#)
        await #expect(throws: QMPError.timedOut(command: "stop")) { try await reply.value }
    }

    @Test("a command that is given as the monitor ends is answered")
    func race() async throws {
        for _ in 0..<300 {
            let conversation = try await Conversation()
            let monitor = conversation.monitor
            await withTaskGroup { group in
                for number in 0..<8 {
                    group.addTask {
                        if number == 4 { return await monitor.close() }
                        _ = try? await monitor.execute("stop")
                    }
                }
            }
        }
    }

    @Test("what isn't the protocol is told apart from a closed connection")
    func violation() async throws {
        let conversation = try await Conversation()
        try conversation.say("{\"event\"")
        guard case .protocolViolation? = await conversation.end() else {
            Issue.record("no violation")
            return
        }
    }

    @Test("a command that timed out before it could be sent never is")
    func unsent() async throws {
        let conversation = try await Conversation()
        let monitor = conversation.monitor
        let long = String(repeating: "x", count: 4 << 20)
        async let first = monitor.execute("first", ["text": .string(long)], timeout: .seconds(60))
        var heard = try await conversation.hear()
        await #expect(throws: QMPError.timedOut(command: "second")) {
            try await monitor.execute("second", timeout: .milliseconds(1))
        }
        while heard.utf8.last != 0x0A { heard += try await conversation.hear() }
        try conversation.say(#"{"return":1,"id":1}"#)
        #expect(try await first == 1)
        async let third = monitor.execute("third", timeout: .seconds(60))
        #expect(try await conversation.hear() == "{\"execute\":\"third\",\"id\":3}\r\n")
        try conversation.say(#"{"return":3,"id":3}"#)
        #expect(try await third == 3)
    }

    @Test("a QEMU with too many commands to answer is sent no more until it answers")
    func bounded() async throws {
        let conversation = try await Conversation()
        let monitor = conversation.monitor
        for _ in 0..<QMPSession.maximumUnanswered {
            await #expect(throws: QMPError.timedOut(command: "hang")) {
                try await monitor.execute("hang", timeout: .zero)
            }
        }
        let busy = QMPError.busy(command: "more", unanswered: QMPSession.maximumUnanswered)
        await #expect(throws: busy) { try await monitor.execute("more", timeout: .zero) }
        #expect(await monitor.execute(batch: [("more", nil)]) == [.failure(busy)])
        try conversation.say(#"{"return":{},"id":1}"#)
        try conversation.say(#"{"event":"E"}"#)
        for await _ in monitor.told { break }
        await #expect(throws: QMPError.timedOut(command: "more")) {
            try await monitor.execute("more", timeout: .zero)
        }
    }
}
