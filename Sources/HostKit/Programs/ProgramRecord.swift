import JSON
import LinuxSystem

/// A program that has been started, as it stands in the record of what it serves: what a daemon that starts anew needs to
/// know and to end it.
public struct ProgramRecord: Sendable, Equatable {
    public var name: String
    /// What it serves.
    public var alias: String
    public var process: ProcessIdentity
    public var log: String
    /// How long the log was before it was started.
    public var logStart: UInt64
    public var ending: ProgramEnding

    init(_ program: SupervisedProgram, _ process: ProcessIdentity, logStart: UInt64) {
        (name, alias, log, ending) = (program.name, program.alias, program.log, program.ending)
        (self.process, self.logStart) = (process, logStart)
    }

    public var json: JSONValue {
        var value: JSONObject = [
            "name": .string(name), "alias": .string(alias), "pid": JSONValue(process.id),
            "startTime": JSONValue(process.startTime), "log": .string(log), "logStart": JSONValue(logStart),
        ]
        if case .message(let bytes, let socket) = ending {
            value["control"] = .string(socket)
            value["endWord"] = .array(bytes.map { JSONValue($0) })
        }
        return .object(value)
    }

    /// Reads a record; nil where it isn't one.
    public init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let alias = value["alias"]?.string,
            let id = value["pid"]?.int.flatMap(Int32.init(exactly:)),
            let start = value["startTime"]?.uint, let log = value["log"]?.string
        else { return nil }
        (self.name, self.alias, self.log) = (name, alias, log)
        process = ProcessIdentity(id: id, startTime: start)
        logStart = value["logStart"]?.uint ?? 0
        ending = .signal
        if let socket = value["control"]?.string, let word = value["endWord"]?.array {
            let bytes = word.compactMap { $0.uint.flatMap(UInt8.init(exactly:)) }
            ending = .message(bytes, to: socket)
        }
    }

    /// What a program that has ended wrote last; nil for one of which that isn't known. May wait.
    public var lastWords: String? {
        guard case .gone = process.look() else { return nil }
        let said = ProgramLog(log).tail(LogTail.ofProgram, from: logStart)
        return "\(name) has ended" + (said.isEmpty ? ", and \(log) is empty" : "; \(log) ends with: \(said)")
    }
}

extension [ProgramRecord] {
    /// Notes a program's process in place of the one that prepared it.
    public mutating func note(_ record: ProgramRecord) {
        removeAll { $0.name == record.name }
        append(record)
    }
}
