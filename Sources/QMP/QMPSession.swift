import JSON

/// One conversation with a monitor of QEMU, without any I/O: bytes go in, what they mean comes out. It
/// greets, negotiates, numbers the commands and matches their replies. QEMU isn't trusted: a line's length,
/// its nesting and its form are checked, and after the first violation the session is over.
public struct QMPSession: Sendable {
    /// The number of a command; its reply carries the same.
    public typealias ID = UInt64

    /// What the bytes received meant, in order.
    public enum Output: Sendable, Equatable {
        /// The monitor has greeted and accepts commands once this answer to it has been sent.
        case greeted(reply: [UInt8])
        /// The negotiation is over; commands may be sent.
        case ready
        /// The reply to a command: its `return`, or the error that QEMU reports.
        case reply(ID, Result<JSONValue, QMPError>)
        case event(QMPEvent)
    }

    private enum State { case greeting, negotiating, ready, failed }

    /// The longest reply that is read: 10 MiB, as libvirt's, and far above what any command answers.
    public static let maximumLine = 10 << 20
    /// The longest line where no reply is due: nothing that QEMU tells by itself comes near.
    public static let maximumEvent = 64 << 10
    /// How many commands may have no reply yet: a QEMU that hangs is asked no more.
    public static let maximumUnanswered = 256
    /// How many values a line may have: each takes far more memory than the two letters that it can be written with.
    private static let maximumValues = 1 << 19
    static let negotiation: ID = 0

    private var state = State.greeting
    private var lines = LineBuffer()
    private var last: ID = 0
    private var pending: [ID: String] = [:]

    public init() {}

    /// Whether commands may be sent.
    public var isReady: Bool { state == .ready }

    /// The line to send for a command, and the number that its reply will carry.
    public mutating func command(_ name: String, _ arguments: JSONObject? = nil) -> (id: ID, line: [UInt8]) {
        last &+= 1
        pending[last] = name
        return (last, Self.line(name, arguments, last))
    }

    /// The command that carries a number, while its reply is awaited.
    public func name(of id: ID) -> String? { pending[id] }

    /// A command was never sent: no reply to it is due.
    public mutating func withdraw(_ id: ID) { pending[id] = nil }

    /// How many commands have no reply yet, be it that somebody still waits for it or not.
    public var unanswered: Int { pending.count }

    /// Reads what has arrived.
    public mutating func receive(_ bytes: some Sequence<UInt8>) throws(QMPError) -> [Output] {
        guard state != .failed else { throw .disconnected }
        do {
            return try outputs(of: bytes)
        } catch {
            state = .failed
            throw error
        }
    }

    private mutating func outputs(of bytes: some Sequence<UInt8>) throws(QMPError) -> [Output] {
        var outputs: [Output] = []
        let limit = pending.isEmpty ? Self.maximumEvent : Self.maximumLine
        for line in try lines.append(bytes, limit: limit) where !line.allSatisfy(Self.isSpace) {
            if let output = try output(of: Self.parse(line), size: line.count) { outputs.append(output) }
        }
        return outputs
    }

    private mutating func output(of line: JSONObject, size: Int) throws(QMPError) -> Output? {
        if let event = QMPEvent(line, size: size) {
            if size > Self.maximumEvent { throw .protocolViolation("an event of \(size) bytes") }
            return .event(event)
        }
        if state == .greeting { return try greet(line) }
        if let id = line["id"]?.uint { return try reply(id, line) }
        guard line["error"] != nil || line["return"] != nil else {
            throw .protocolViolation("neither a reply nor an event")
        }
        throw .protocolViolation("a reply without a number: \(line["error"]?["desc"]?.string ?? "")")
    }

    private mutating func greet(_ line: JSONObject) throws(QMPError) -> Output {
        guard line["QMP"]?["version"]?["qemu"] != nil else {
            throw .protocolViolation("no greeting")
        }
        state = .negotiating
        pending[Self.negotiation] = "qmp_capabilities"
        return .greeted(reply: Self.line("qmp_capabilities", nil, Self.negotiation))
    }

    private mutating func reply(_ id: ID, _ line: JSONObject) throws(QMPError) -> Output {
        guard let name = pending.removeValue(forKey: id) else {
            throw .protocolViolation("a reply to no command of ours")
        }
        let result = try Self.result(of: name, line)
        guard id == Self.negotiation else { return .reply(id, result) }
        if case .failure(let error) = result { throw error }
        state = .ready
        return .ready
    }

    private static func result(
        of name: String, _ line: JSONObject
    ) throws(QMPError) -> Result<JSONValue, QMPError> {
        if let value = line["return"] { return .success(value) }
        guard let error = line["error"] else { throw .protocolViolation("a reply without a result") }
        let message = error["desc"]?.string ?? "no reason given"
        let kind = error["class"]?.string ?? "GenericError"
        return .failure(.refused(command: name, class: kind, message: message))
    }

    private static func parse(_ line: [UInt8]) throws(QMPError) -> JSONObject {
        let value: JSONValue
        guard line.hasFewValues(Self.maximumValues) else {
            throw .protocolViolation("a line with more than \(Self.maximumValues) values")
        }
        do { value = try JSONValue(parsing: line, depth: 128, limit: maximumLine + 1) } catch {
            throw .protocolViolation("\(error)")
        }
        guard let object = value.object else { throw .protocolViolation("a line that is no object") }
        return object
    }

    private static func line(_ name: String, _ arguments: JSONObject?, _ id: ID) -> [UInt8] {
        var object: JSONObject = ["execute": .string(name)]
        object.add("arguments", arguments.map(JSONValue.object))
        object.add("id", id)
        var bytes = JSONValue.object(object).encoded
        bytes.append(contentsOf: [0x0D, 0x0A])
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D || byte == 0x09 }
}

extension [UInt8] {
    /// Whether JSON text has at most `limit` values. Text within strings doesn't count.
    fileprivate func hasFewValues(_ limit: Int) -> Bool {
        // A value needs two letters at least.
        if count / 2 < limit { return true }
        var (values, isText, isEscaped) = (1, false, false)
        for byte in self {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = isText
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): if !isText { values += 1 }
            default: break
            }
        }
        return values <= limit
    }
}
