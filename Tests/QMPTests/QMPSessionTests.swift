import JSON
import Testing

@testable import QMP

private let greeting =
    #"{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},"package":"Debian"},"capabilities":["oob"]}}"#

private func ready() throws -> QMPSession {
    var session = QMPSession()
    _ = try session.receive((greeting + "\r\n").utf8)
    _ = try session.receive("{\"return\":{},\"id\":0}\r\n".utf8)
    return session
}

@Suite struct QMPSessionTests {
    @Test("greeting and negotiation make the session ready")
    func negotiation() throws {
        var session = QMPSession()
        let outputs = try session.receive((greeting + "\r\n").utf8)
        guard case .greeted(let reply) = outputs.first else {
            Issue.record("not greeted")
            return
        }
        #expect(String(decoding: reply, as: UTF8.self) == "{\"execute\":\"qmp_capabilities\",\"id\":0}\r\n")
        #expect(!session.isReady)
        #expect(try session.receive("{\"return\": {}, \"id\": 0}\r\n".utf8) == [.ready])
        #expect(session.isReady)
    }

    @Test("replies find their commands in any order, and events come between")
    func replies() throws {
        var session = try ready()
        let stop = session.command("stop")
        let query = session.command("query-block", ["flat": true])
        #expect(
            String(decoding: query.line, as: UTF8.self)
                == "{\"execute\":\"query-block\",\"arguments\":{\"flat\":true},\"id\":2}\r\n")
        let outputs = try session.receive(
            """
            {"timestamp":{"seconds":5,"microseconds":6},"event":"STOP"}
            {"return":[1],"id":2}
            {"error":{"class":"GenericError","desc":"no"},"id":1}

            """.utf8)
        #expect(outputs.count == 3)
        guard case .event(let event) = outputs[0] else { return }
        #expect(event.name == "STOP" && event.seconds == 5 && event.microseconds == 6)
        #expect(outputs[1] == .reply(query.id, .success([1])))
        #expect(
            outputs[2]
                == .reply(
                    stop.id, .failure(.refused(command: "stop", class: "GenericError", message: "no"))))
    }

    @Test("a line may arrive byte by byte")
    func pieces() throws {
        var session = QMPSession()
        var outputs: [QMPSession.Output] = []
        for byte in (greeting + "\r\n").utf8 { outputs += try session.receive([byte]) }
        #expect(outputs.count == 1)
    }

    @Test(
        "what isn't the protocol ends the session",
        arguments: [
            "x\n", "[]\n", "{}\n", "{\"return\":{}}\n", "{\"return\":{},\"id\":77}\n", "{\"id\":1}\n",
            "{\"return\":{},\"id\":\"1\"}\n", "{\"return\":{}\n", "\u{7f}\n",
        ])
    func violation(line: String) throws {
        var session = try ready()
        _ = session.command("stop")
        #expect(throws: QMPError.self) { try session.receive(line.utf8) }
        #expect(throws: QMPError.disconnected) { try session.receive("\n".utf8) }
    }

    @Test("no greeting, no session", arguments: ["{}\n", "{\"QMP\":{}}\n", "{\"return\":{},\"id\":0}\n"])
    func greetingMissing(line: String) {
        var session = QMPSession()
        #expect(throws: QMPError.protocolViolation("no greeting")) { try session.receive(line.utf8) }
    }

    @Test("a line without an end is given up at the limit")
    func length() throws {
        var buffer = LineBuffer()
        #expect(try buffer.append("1234".utf8, limit: 8).isEmpty)
        #expect(throws: QMPError.self) { try buffer.append("56789".utf8, limit: 8) }
    }

    @Test("a long line is read only where a reply is due, and no event is long")
    func longLines() throws {
        let long = String(repeating: "x", count: QMPSession.maximumEvent + 1)
        var session = try ready()
        #expect(throws: QMPError.self) { try session.receive(long.utf8) }
        session = try ready()
        let query = session.command("query")
        #expect(try session.receive("{\"return\":\"\(long)\",\"id\":1}\n".utf8).count == 1)
        #expect(query.id == 1)
        session = try ready()
        _ = session.command("query")
        #expect(throws: QMPError.self) { try session.receive("{\"event\":\"\(long)\"}\n".utf8) }
    }

    @Test(
        "a line with more values than any reply has is refused before it is read; text may have any letters")
    func values() throws {
        var session = try ready()
        _ = session.command("query")
        let commas = String(repeating: ",,", count: 1 << 19)
        #expect(try session.receive("{\"return\":\"\(commas)\",\"id\":1}\n".utf8).count == 1)
        _ = session.command("query")
        let zeros = String(repeating: "0,", count: 1 << 19)
        #expect(throws: QMPError.self) { try session.receive("{\"return\":[\(zeros)0],\"id\":2}\n".utf8) }
    }

    @Test("a command that was never sent has no reply due; one that was has")
    func withdrawn() throws {
        var session = try ready()
        let first = session.command("first")
        let second = session.command("second")
        #expect(session.unanswered == 2)
        session.withdraw(first.id)
        #expect(session.unanswered == 1)
        #expect(try session.receive("{\"return\":{},\"id\":\(second.id)}\n".utf8).count == 1)
        #expect(throws: QMPError.self) { try session.receive("{\"return\":{},\"id\":\(first.id)}\n".utf8) }
    }

    @Test("an event is one short line of plain letters in a log")
    func described() throws {
        var session = try ready()
        let data = String(repeating: "\\n", count: 1000)
        let outputs = try session.receive("{\"event\":\"A\\nB\",\"data\":{\"x\":\"\(data)\"}}\n".utf8)
        guard case .event(let event)? = outputs.first else {
            Issue.record("no event")
            return
        }
        let text = event.description
        #expect(text.hasPrefix("A?B {") && text.utf8.count < 300 && !text.contains("\n"))
    }
}
