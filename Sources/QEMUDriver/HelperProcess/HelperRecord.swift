import JSON
import LinuxSystem
import QEMUModel

/// A helper that has been started, as it stands in the record of its guest: what a daemon that starts anew needs to
/// know and to end it.
struct HelperRecord: Sendable, Equatable {
    var name: String
    /// The name of the device, or of the image, that it serves.
    var alias: String
    var process: ProcessIdentity
    var log: String
    /// How long the log was before it was started.
    var logStart: UInt64
    /// Where it can be told to end.
    var control: String?

    init(_ helper: HelperProcess, _ process: ProcessIdentity, logStart: UInt64) {
        (name, alias, log, control) = (helper.name, helper.alias, helper.log, helper.control)
        (self.process, self.logStart) = (process, logStart)
    }

    var json: JSONValue {
        [
            "name": .string(name), "alias": .string(alias), "pid": JSONValue(process.id),
            "startTime": JSONValue(process.startTime),
            "log": .string(log), "logStart": JSONValue(logStart),
            "control": control.map(JSONValue.string) ?? .null,
        ]
    }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let alias = value["alias"]?.string,
            let id = value["pid"]?.int.flatMap(Int32.init(exactly:)),
            let start = value["startTime"]?.uint, let log = value["log"]?.string
        else { return nil }
        (self.name, self.alias, self.log) = (name, alias, log)
        process = ProcessIdentity(id: id, startTime: start)
        logStart = value["logStart"]?.uint ?? 0
        control = value["control"]?.string
    }
}
