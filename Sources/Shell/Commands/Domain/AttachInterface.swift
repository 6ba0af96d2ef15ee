import ByteText
import Roost
import Virt

extension Command {
    static let attachInterface = Command(
        "attach-interface", "attach network interface", description: "Give a domain a network interface.",
        options: [
            .domain, .required("type", "network interface type"),
            .required("source", "source of network interface"),
            .value("target", "target network name"), .value("mac", "MAC address"),
            .value("script", "script used to bridge network interface"), .value("model", "model type"),
            .value("alias", "custom alias name of interface device"),
            .value("inbound", "control domain's incoming traffics"),
            .value("outbound", "control domain's outgoing traffics"),
        ] + .deviceImpact + [
            .flag("print-xml", "print XML document rather than attach the interface"),
            .flag("managed", "libvirt will automatically detach/attach the device from/to host"),
            .value("source-mode", "mode attribute of <source/> element"),
        ]
    ) { session, arguments in
        let xml = try InterfaceText(arguments).xml
        if arguments.has("print-xml") { return session.output.print(xml) }
        let domain = try await session.domain(arguments)
        let flags = try await arguments.deviceImpact(of: domain)
        try await explaining("Failed to attach interface") {
            try await domain.attach(xml, flags, isCurrent: arguments.has("current"))
        }
        session.output.note("Interface attached successfully\n")
    }
}

/// The document of a network interface that options describe.
private struct InterfaceText {
    private let arguments: Arguments
    private var text = XMLLines()

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        let type = try arguments.required("type")
        text.open("interface", ("type", type), ("managed", arguments.has("managed") ? "yes" : nil))
        try addSource(type)
        if let target = try arguments.string("target") { text.add("target", ("dev", target)) }
        if let mac = try arguments.string("mac") { text.add("mac", ("address", mac)) }
        if let script = try arguments.string("script") { text.add("script", ("path", script)) }
        if let model = try arguments.string("model") { text.add("model", ("type", model)) }
        if let alias = try arguments.string("alias") { text.add("alias", ("name", alias)) }
        try addBandwidth()
        text.close("interface")
    }

    var xml: String { text.text }

    private mutating func addSource(_ type: String) throws {
        let source = try arguments.required("source")
        switch type {
        case "network", "bridge": text.add("source", (type, source))
        case "direct":
            let mode = try arguments.string("source-mode")
            if let mode, !["vepa", "bridge", "private", "passthrough"].contains(mode) {
                throw Failure("Invalid source mode: \(mode)")
            }
            text.add("source", ("dev", source), ("mode", mode))
        case "hostdev":
            text.open("source")
            let place = "pci:" + source.replacing(byte: ":", with: ".")
            guard let fields = try? DeviceAddressText.attributes(place, isMultifunction: false) else {
                throw Failure("cannot parse pci address '\(source)' for network interface")
            }
            text.add("address", fields)
            text.close("source")
        default: throw Failure("No support for \(type) in command 'attach-interface'")
        }
    }

    private mutating func addBandwidth() throws {
        let limits = try ["inbound", "outbound"].compactMap { name in
            try arguments.string(name).map { (name, try rate($0, name)) }
        }
        guard !limits.isEmpty else { return }
        text.open("bandwidth")
        for (name, fields) in limits { text.add(name, fields) }
        text.close("bandwidth")
    }

    /// Average, peak, burst and floor, of which the first is needed.
    private func rate(_ limit: String, _ name: String) throws -> [XMLLines.Attribute] {
        let words = limit.split(atByte: ",", omittingEmptySubsequences: false)
        guard words.count <= 4, let average = words.first, UInt64(average) != nil || name == "inbound",
            words.allSatisfy({ $0.isEmpty || UInt64($0) != nil })
        else { throw Failure("field 'average' is malformed") }
        return zip(["average", "peak", "burst", "floor"], words).map { ($0, $1.isEmpty ? nil : String($1)) }
    }
}
