/// The document of a storage pool, made of options.
enum PoolText {
    static let parts: [(option: String, help: String)] = [
        ("source-host", "source-host for underlying storage"),
        ("source-path", "source path for underlying storage"),
        ("source-dev", "source device for underlying storage"),
        ("source-name", "source name for underlying storage"),
        ("target", "target for underlying storage"), ("source-format", "format for underlying storage"),
        ("auth-type", "auth type to be used for underlying storage"),
        ("auth-username", "auth username to be used for underlying storage"),
        ("secret-usage", "auth secret usage to be used for underlying storage"),
        ("secret-uuid", "auth secret UUID to be used for underlying storage"),
        ("adapter-name", "adapter name to be used for underlying storage"),
        ("adapter-wwnn", "adapter wwnn to be used for underlying storage"),
        ("adapter-wwpn", "adapter wwpn to be used for underlying storage"),
        ("adapter-parent", "adapter parent scsi_hostN to be used for underlying vHBA storage"),
        ("adapter-parent-wwnn", "adapter parent scsi_hostN wwnn to be used for underlying vHBA storage"),
        ("adapter-parent-wwpn", "adapter parent scsi_hostN wwpn to be used for underlying vHBA storage"),
        (
            "adapter-parent-fabric-wwn",
            "adapter parent scsi_hostN fabric_wwn to be used for underlying vHBA storage"
        ),
        ("source-protocol-ver", "nfsvers value for NFS pool mount option"),
        ("source-initiator", "initiator iqn for underlying storage"),
    ]

    static func document(_ arguments: Arguments) throws -> String {
        var text = XMLLines()
        text.open("pool", ("type", try arguments.required("type")))
        text.add("name", text: try arguments.required("name"))
        var source = SourceText(arguments)
        try source.write()
        if !source.isEmpty { text.add("source", source.lines) }
        if let target = try arguments.string("target") {
            text.open("target")
            text.add("path", text: target)
            text.close("target")
        }
        text.close("pool")
        return text.text
    }
}

/// What a pool is made from.
private struct SourceText {
    private let arguments: Arguments
    private(set) var lines = XMLLines()

    init(_ arguments: Arguments) { self.arguments = arguments }

    var isEmpty: Bool { lines.text.isEmpty }

    private func value(_ option: String) throws -> String? { try arguments.string(option) }

    mutating func write() throws {
        if let host = try value("source-host") { lines.add("host", ("name", host)) }
        if let path = try value("source-path") { lines.add("dir", ("path", path)) }
        if let device = try value("source-dev") { lines.add("device", ("path", device)) }
        if let initiator = try value("source-initiator") {
            lines.open("initiator")
            lines.add("iqn", ("name", initiator))
            lines.close("initiator")
        }
        try addAdapter()
        try addLogin()
        lines.add("name", text: try value("source-name"))
        if let format = try value("source-format") { lines.add("format", ("type", format)) }
        if let version = try value("source-protocol-ver") { lines.add("protocol", ("ver", version)) }
    }

    private mutating func addAdapter() throws {
        if let wwnn = try value("adapter-wwnn"), let wwpn = try value("adapter-wwpn") {
            lines.add(
                "adapter", ("type", "fc_host"), ("parent", try value("adapter-parent")),
                ("parent_wwnn", try value("adapter-parent-wwnn")),
                ("parent_wwpn", try value("adapter-parent-wwpn")),
                ("parent_fabric_wwn", try value("adapter-parent-fabric-wwn")), ("wwnn", wwnn), ("wwpn", wwpn))
        } else if let name = try value("adapter-name") {
            lines.add("adapter", ("type", "scsi_host"), ("name", name))
        }
    }

    private mutating func addLogin() throws {
        guard let type = try value("auth-type"), let user = try value("auth-username") else { return }
        let (usage, uuid) = (try value("secret-usage"), try value("secret-uuid"))
        guard usage != nil || uuid != nil else { return }
        lines.open("auth", ("type", type), ("username", user))
        lines.add("secret", ("usage", usage), ("uuid", usage == nil ? uuid : nil))
        lines.close("auth")
    }
}
