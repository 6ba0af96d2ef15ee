import JSON

/// One conversation with a guest's agent, without any I/O: bytes go in, answers come out.
///
/// The agent isn't trusted. What it sends unasked is passed over, what it answers is bounded in length, nesting and number
/// of values, and after a violation it has to show anew that it listens.
package struct AgentSession: Sendable {
    /// The longest answer that is read.
    package static let longestAnswer = 10 << 20
    /// How much of an agent is passed over before it shows that it listens.
    package static let mostPassedOver = 16 << 20
    /// How many values an answer may have: each takes far more memory than the letters that it can be written with.
    private static let mostValues = 1 << 18

    private enum State: Equatable {
        case idle
        /// The agent was asked to repeat a number.
        case synchronizing(UInt64)
        case asked(String)
    }

    private var state = State.idle
    private var line: [UInt8] = []
    private var passedOver = 0

    package init() {}

    /// What to send so that an agent shows that it listens; what it sent before its answer counts for nothing.
    package mutating func synchronize(_ number: UInt64) -> [UInt8] {
        (state, line, passedOver) = (.synchronizing(number), [], 0)
        // An agent that is in the midst of a command forgets it with a byte that no text has.
        let arguments: JSONValue = ["id": JSONValue(number)]
        let command: JSONValue = ["execute": "guest-sync-delimited", "arguments": arguments]
        return [Self.delimiter] + command.encoded + [0x0A]
    }

    /// A command is sent: the next answer is its.
    package mutating func ask(_ name: String) { (state, line) = (.asked(name), []) }

    /// Nobody waits for an answer any longer.
    package mutating func giveUp() { (state, line, passedOver) = (.idle, [], 0) }

    /// Reads what has arrived; the answer, once it is complete.
    package mutating func receive(_ bytes: [UInt8]) throws(AgentError) -> Result<JSONValue, AgentError>? {
        var rest = bytes[...]
        while !rest.isEmpty, state != .idle {
            let end = rest.firstIndex(of: 0x0A)
            take(rest[..<(end ?? rest.endIndex)])
            rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
            if line.count > Self.longestAnswer { try endLine() }
            if passedOver > Self.mostPassedOver {
                throw .violation("more than \(Self.mostPassedOver) bytes that answer nothing")
            }
            if end != nil, let answer = try takeLine() { return answer }
        }
        return nil
    }

    /// A part of a line. What stands before a delimiter is nothing that was asked for.
    private mutating func take(_ part: ArraySlice<UInt8>) {
        guard case .synchronizing = state, let last = part.lastIndex(of: Self.delimiter) else {
            line += part
            return
        }
        passedOver += line.count + part.distance(from: part.startIndex, to: last)
        line = Array(part[(last + 1)...])
    }

    /// A line that is too long is none; while the agent is looked for, it is passed over.
    private mutating func endLine() throws(AgentError) {
        guard case .synchronizing = state else {
            throw .violation("an answer of more than \(Self.longestAnswer) bytes")
        }
        passedOver += line.count
        line = []
    }

    private mutating func takeLine() throws(AgentError) -> Result<JSONValue, AgentError>? {
        defer { line = [] }
        switch state {
        case .idle: return nil
        case .synchronizing(let number):
            // Anything else is left from before.
            if let value = try? parse(), value["return"]?.uint == number {
                state = .idle
                return .success(value)
            }
            passedOver += line.count + 1
            return nil
        case .asked(let name):
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 || $0 == Self.delimiter }) {
                return nil
            }
            let value = try parse()
            guard value["return"] != nil || value["error"] != nil else {
                throw .violation("an answer without 'return' and 'error'")
            }
            state = .idle
            if value["return"] != nil { return .success(value) }
            let text = value["error"]?["desc"]?.string ?? "unknown QEMU command error"
            let kind = value["error"]?["class"]?.string ?? ""
            let isUnknown = kind == "CommandNotFound" || kind == "CommandDisabled"
            return .failure(.refused(command: name, message: text.printable, isUnknown: isUnknown))
        }
    }

    private func parse() throws(AgentError) -> JSONValue {
        // Each value needs a comma or a bracket before it, and those in texts only make this stricter.
        let values = line.reduce(0) { $0 + ([0x2C, 0x5B, 0x7B].contains($1) ? 1 : 0) }
        if values > Self.mostValues { throw .violation("an answer of more than \(Self.mostValues) values") }
        do {
            let value = try JSONValue(
                parsing: line.drop { $0 == Self.delimiter }, depth: 64, limit: Self.longestAnswer + 1)
            if value.object != nil { return value }
        } catch {
            throw .violation("\(error)")
        }
        throw .violation("an answer that is no object")
    }

    private static let delimiter: UInt8 = 0xFF
}

extension String {
    /// What an agent says, as one line of bounded length.
    fileprivate var printable: String {
        let bytes = utf8.prefix(1024).map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}
