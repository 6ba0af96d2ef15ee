import ByteText
import Roost
import Virt

extension Command {
    static let updateMemoryDevice = Command(
        "update-memory-device", "update memory device of a domain",
        description: "Change how much of a memory device a guest is asked to use.",
        options: [.domain] + .impact + [
            .flag("print-xml", "print updated memory device XML instead of executing the change"),
            .value("alias", "memory device alias"),
            .value("node", "memory device target node", type: .number),
            .value(
                "requested-size", "new value of <requested/> size, as scaled integer (default KiB)",
                type: .number),
        ]
    ) { session, arguments in
        let flags = DomainDeviceModifyFlags(rawValue: try arguments.impact().rawValue)
        try arguments.exclude("node", "alias")
        let domain = try await session.domain(arguments)
        let document = try await domain.document(for: flags)
        let device = try document.memoryDevice(
            alias: arguments.string("alias"), node: arguments.number("node"))
        if arguments.has("requested-size") {
            let size = try arguments.kibibytes("requested-size")
            guard let requested = device.nodes("./target/requested").first else {
                throw Failure("virtio-mem device is missing <requested/>")
            }
            requested.set("unit", to: "KiB")
            requested.setText(String(size))
        }
        let xml = device.xml()
        if arguments.has("print-xml") { return session.output.print(xml) }
        try await domain.updateDeviceFlags(xml: xml, flags: flags)
    }
}

extension XMLQuery {
    /// The memory device that has an alias, or is plugged into a NUMA node of the guest's; else the only one.
    fileprivate func memoryDevice(alias: String?, node: UInt32?) throws -> Node {
        let found = try nodes("./devices/memory").filter { device in
            if let alias { return device.string("./alias/@name")?.hasSameBytes(as: alias) ?? false }
            if let node { return device.string("./target/node").flatMap { UInt32($0) } == node }
            return true
        }
        guard let first = found.first else { throw Failure("no memory device found") }
        if found.count > 1 {
            throw Failure("multiple memory devices found, use --alias or --node to select one")
        }
        return first
    }
}
