import ByteText
import LinuxSystem
import Roost
import Virt

extension Command {
    static let attachDisk = Command(
        "attach-disk", "attach disk device", description: "Give a domain a disk.",
        options: [
            .domain,
            .required(
                "source", "source of disk device or name of network disk", allowsEmpty: true, complete: .path),
            .required("target", "target of disk device"),
        ] + described + [
            .value("throttle-groups", "throttle groups of disk device, separated by commas")
        ] + .deviceImpact
    ) { session, arguments in
        let xml = try DiskText(arguments).xml
        if arguments.has("print-xml") { return session.output.print(xml) }
        let domain = try await session.domain(arguments)
        let flags = try await arguments.deviceImpact(of: domain)
        try await explaining("Failed to attach disk") {
            try await domain.attach(xml, flags, isCurrent: arguments.has("current"))
        }
        session.output.note("Disk attached successfully\n")
    }

    private static let described: [CommandOption] = [
        .value("targetbus", "target bus of disk device"), .value("driver", "driver of disk device"),
        .value("subdriver", "subdriver of disk device"),
        .value("iothread", "IOThread to be used by supported device"),
        .value("cache", "cache mode of disk device"), .value("io", "io policy of disk device"),
        .value("type", "target device type"), .alias("shareable", for: "mode", value: "shareable"),
        .value("mode", "mode of device reading and writing"),
        .value("sourcetype", "type of source (block|file|network)"),
        .value("serial", "serial of disk device"), .value("wwn", "wwn of disk device"),
        .value("alias", "custom alias name of disk device"), .flag("rawio", "needs rawio capability"),
        .value("address", "address of disk device"),
        .flag("multifunction", "use multifunction pci under specified address"),
        .flag("print-xml", "print XML document rather than attach the disk"),
        .value("source-protocol", "protocol used by disk device source"),
        .value("source-host-name", "host name for source of disk device"),
        .value("source-host-transport", "host transport for source of disk device"),
        .value("source-host-socket", "host socket for source of disk device"),
    ]
}

/// The document of a disk that options describe.
private struct DiskText {
    private let arguments: Arguments
    private var text = XMLLines()

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        if let mode = try value("mode"), mode != "readonly", mode != "shareable" {
            throw Failure("No support for \(mode) in command 'attach-disk'")
        }
        let kind = try sourceType
        text.open(
            "disk", ("type", kind), ("device", try value("type")),
            ("rawio", arguments.has("rawio") ? "yes" : nil))
        try addDriver()
        try addSource(kind)
        text.add("target", ("dev", try arguments.required("target")), ("bus", try value("targetbus")))
        if let mode = try value("mode") { text.add(mode) }
        text.add("serial", text: try value("serial"))
        if let alias = try value("alias") { text.add("alias", ("name", alias)) }
        try addName()
        try addThrottling()
        if let address = try value("address") {
            let fields = try DeviceAddressText.attributes(
                address, isMultifunction: arguments.has("multifunction"))
            try DeviceAddressText.check(address, fitsTarget: try arguments.required("target"))
            text.add("address", fields)
        }
        text.close("disk")
    }

    var xml: String { text.text }

    private func value(_ name: String) throws -> String? { try arguments.string(name) }

    private var sourceType: String {
        get throws {
            if let type = try value("sourcetype") {
                guard ["file", "block", "network"].contains(type) else {
                    throw Failure("Unknown source type: '\(type)'")
                }
                return type
            }
            if try value("source-protocol") != nil { return "network" }
            let status = try? FileSystem.status(of: try arguments.required("source"))
            return status?.kind == .blockDevice ? "block" : "file"
        }
    }

    private mutating func addDriver() throws {
        let fields = [
            ("name", try value("driver")), ("type", try value("subdriver")),
            ("iothread", try value("iothread")),
            ("cache", try value("cache")), ("io", try value("io")),
        ]
        if fields.contains(where: { $0.1 != nil }) { text.add("driver", fields) }
    }

    private mutating func addSource(_ kind: String) throws {
        let source = try arguments.required("source")
        guard kind == "network" else {
            if !source.isEmpty || kind == "file" {
                text.add("source", (kind == "block" ? "dev" : "file", source))
            }
            return
        }
        text.open("source", ("protocol", try value("source-protocol")), ("name", source))
        let host = try value("source-host-name")
        let parts = host.map { $0.split(atByte: ":", maxSplits: 1).map { String($0) } } ?? []
        let fields = [
            ("transport", try value("source-host-transport")), ("name", parts.first),
            ("port", parts.dropFirst().first), ("socket", try value("source-host-socket")),
        ]
        if fields.contains(where: { $0.1 != nil }) { text.add("host", fields) }
        text.close("source")
    }

    /// The name that the disk has in the world: sixteen hexadecimal digits.
    private mutating func addName() throws {
        guard let name = try value("wwn") else { return }
        let digits = name.droppingBytePrefix("0x") ?? name[...]
        guard digits.utf8.count == 16, UInt64(digits, radix: 16) != nil else {
            throw Failure("internal error: Malformed wwn: \(name)")
        }
        text.add("wwn", text: name)
    }

    private mutating func addThrottling() throws {
        guard let groups = try value("throttle-groups") else { return }
        text.open("throttlefilters")
        for group in groups.split(atByte: ",") { text.add("throttlefilter", ("group", String(group))) }
        text.close("throttlefilters")
    }
}
