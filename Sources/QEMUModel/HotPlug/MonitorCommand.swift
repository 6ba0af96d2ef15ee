import ByteText
import JSON

/// One command for QEMU's monitor.
package struct MonitorCommand: Equatable, Sendable {
    package let name: String
    package let arguments: JSONObject

    package init(_ name: String, _ arguments: JSONObject) {
        self.name = name
        self.arguments = arguments
    }
}

extension QEMUPart {
    /// What gives the part to a running guest.
    package func adding() throws(ConfigurationError) -> MonitorCommand {
        switch self {
        case .object(let object): return MonitorCommand("object-add", object)
        case .blockdev(let object): return MonitorCommand("blockdev-add", object)
        case .netdev(let object): return MonitorCommand("netdev_add", object)
        case .device(let object): return MonitorCommand("device_add", object)
        case .chardev(let text): return MonitorCommand("chardev-add", try CharacterBackend(text).arguments)
        case .audiodev(let object): return MonitorCommand("audiodev-add", object)
        case .option(let name, _), .flag(let name):
            throw .unsupported(
                "QEMU takes '\(name)' only when it starts: the device can't be plugged in later")
        }
    }

    /// What takes the part away again; nil where nothing does.
    package var removing: MonitorCommand? {
        switch self {
        case .object(let object): object["id"].map { MonitorCommand("object-del", ["id": $0]) }
        case .blockdev(let object):
            object["node-name"].map { MonitorCommand("blockdev-del", ["node-name": $0]) }
        case .netdev(let object): object["id"].map { MonitorCommand("netdev_del", ["id": $0]) }
        case .device(let object): object["id"].map { MonitorCommand("device_del", ["id": $0]) }
        case .chardev(let text):
            text.fields["id"].map { MonitorCommand("chardev-remove", ["id": .string($0)]) }
        case .audiodev, .option, .flag: nil
        }
    }

    /// Whether the part is what the guest itself sees, and must let go of.
    package var isFront: Bool { if case .device = self { true } else { false } }
}

extension OptionText {
    /// The first word, which has no value.
    package var kind: String { String(words.first ?? "") }

    /// What the text says, by key.
    var fields: [String: String] {
        var found: [String: String] = [:]
        for word in words {
            guard let (key, value) = word.cut(atByte: "=") else { continue }
            found[String(key)] = String(value)
        }
        return found
    }

    private var words: [String] { Self.words(of: text) }

    /// The parts between single commas; a doubled comma stands for one.
    package static func words(of text: String) -> [String] {
        var words: [[UInt8]] = [[]]
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let isDouble = byte == UInt8(ascii: ",") && rest.first == byte
            if byte == UInt8(ascii: ","), !isDouble { words.append([]); continue }
            if isDouble { rest = rest.dropFirst() }
            words[words.count - 1].append(byte)
        }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }
}
