import JSON

/// One thing that QEMU is given for a device. A device is described once, as a list of them: the command
/// line writes each as an option, the monitor as the command that does the same to a running guest.
package enum QEMUPart: Equatable, Sendable {
    /// `-object`, or `object-add`.
    case object(JSONObject)
    /// `-blockdev`, or `blockdev-add`.
    case blockdev(JSONObject)
    /// `-netdev`, or `netdev_add`.
    case netdev(JSONObject)
    /// `-device`, or `device_add`.
    case device(JSONObject)
    /// `-audiodev`.
    case audiodev(JSONObject)
    /// `-chardev`, or `chardev-add`.
    case chardev(OptionText)
    /// An option of the command line alone.
    case option(String, OptionText)
    /// The same without a value.
    case flag(String)
}

extension QEMUArguments {
    /// Appends what a device needs.
    package mutating func add(
        _ parts: [QEMUPart], from origin: QEMUOrigin, netdevIsJSON: Bool, deviceIsJSON: Bool
    ) throws(ConfigurationError) {
        for part in parts {
            switch part {
            case .object(let object): try add("-object", object, from: origin)
            case .blockdev(let object): try add("-blockdev", object, from: origin)
            case .device(let object) where deviceIsJSON: try add("-device", object, from: origin)
            case .device(let object):
                try add("-device", OptionText(flattening: object, first: "driver"), from: origin)
            case .audiodev(let object): try add("-audiodev", object, from: origin)
            case .chardev(let text): try add("-chardev", text, from: origin)
            case .option(let name, let text): try add(name, text, from: origin)
            case .flag(let name): add(name, from: origin)
            case .netdev(let object) where netdevIsJSON: try add("-netdev", object, from: origin)
            case .netdev(let object):
                try add("-netdev", OptionText(flattening: object, first: "type"), from: origin)
            }
        }
    }
}

extension OptionText {
    /// The older form of a JSON option: `type,key=value,…`, where lists repeat their key.
    package init(flattening object: JSONObject, first: String) {
        self.init(object[first]?.string ?? "")
        for (key, value) in object.members where key != first { add(key, flattening: value) }
    }

    private mutating func add(_ key: String, flattening value: JSONValue) {
        switch value {
        case .null: break
        case .bool(let flag): add(key, on: flag)
        case .string(let text): add(key, text)
        case .integer, .unsigned, .number: add(key, value.description)
        case .array(let values):
            for (index, one) in values.enumerated() { add("\(key).\(index)", flattening: one) }
        case .object(let object):
            for (name, one) in object.members { add("\(key).\(name)", flattening: one) }
        }
    }
}
