import JSON

/// The host's end of a character device as the monitor takes it: the same as the command line's `-chardev`.
struct CharacterBackend {
    private let kind: String
    private let fields: [String: String]

    init(_ text: OptionText) { (kind, fields) = (text.kind, text.fields) }

    /// The arguments of `chardev-add`.
    var arguments: JSONObject {
        get throws(ConfigurationError) {
            var data = try self.data
            data.add("logfile", fields["logfile"])
            data.add("logappend", flag("logappend"))
            let backend: JSONValue = ["type": .string(kind), "data": .object(data)]
            return ["id": .string(fields["id"] ?? ""), "backend": backend]
        }
    }

    private var data: JSONObject {
        get throws(ConfigurationError) {
            switch kind {
            case "null", "vc", "pty", "stdio": return [:]
            case "file":
                var data: JSONObject = ["out": .string(path)]
                data.add("append", flag("append"))
                return data
            case "serial", "parallel", "pipe": return ["device": .string(path)]
            case "socket": return socket
            case "udp": return datagrams
            case "spicevmc": return ["type": .string(fields["name"] ?? "")]
            case "spiceport": return ["fqdn": .string(fields["name"] ?? "")]
            case "dbus": return ["name": .string(fields["name"] ?? "")]
            case "qemu-vdagent":
                var data = JSONObject()
                data.add("clipboard", flag("clipboard"))
                data.add("mouse", flag("mouse"))
                return data
            default: throw .unsupported("unsupported chardev '\(kind)'")
            }
        }
    }

    private var path: String { fields["path"] ?? "" }

    private func flag(_ key: String) -> Bool? { fields[key].map { $0 == "on" || $0 == "yes" } }

    private var socket: JSONObject {
        var data: JSONObject = ["addr": .object(address)]
        data["server"] = .bool(flag("server") ?? false)
        data.add("wait", flag("wait"))
        data.add("telnet", flag("telnet"))
        for key in ["reconnect", "reconnect-ms"] { data.add(key, fields[key].flatMap { Int64($0) }) }
        data.add("tls-creds", fields["tls-creds"])
        return data
    }

    private var address: JSONObject {
        if let descriptor = fields["fd"] { return ["type": "fd", "data": ["str": .string(descriptor)]] }
        if let path = fields["path"] { return ["type": "unix", "data": ["path": .string(path)]] }
        return inet(fields["host"], fields["port"])
    }

    private var datagrams: JSONObject {
        var data: JSONObject = ["remote": .object(inet(fields["host"], fields["port"]))]
        data["local"] = .object(inet(fields["localaddr"], fields["localport"]))
        return data
    }

    private func inet(_ host: String?, _ port: String?) -> JSONObject {
        ["type": "inet", "data": ["host": .string(host ?? ""), "port": .string(port ?? "")]]
    }
}
