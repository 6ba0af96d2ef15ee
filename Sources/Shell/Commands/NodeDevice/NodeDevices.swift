import ByteText
import JSON
import Roost
import Virt

extension Command {
    static let nodedevList = Command(
        "nodedev-list", "enumerate devices on this host",
        description: "List the devices of the host, or those that the options choose.",
        options: [
            .flag("tree", "list devices in a tree"),
            .value("cap", "capability names, separated by comma", allowsEmpty: true),
            .flag("inactive", "list inactive devices"), .flag("all", "list inactive & active devices"),
            .flag("persistent", "list persistent devices"), .flag("transient", "list transient devices"),
            .json,
        ]
    ) { session, arguments in
        let flags = try nodeDeviceFlags(arguments)
        let connection = try await session.connected()
        let found = try await explaining("Failed to list node devices") {
            try await connection.listAllNodeDevices(flags: flags)
        }
        let devices = found.sorted { $0.reference.name.lowercased() < $1.reference.name.lowercased() }
        session.output.tell("items", .array(devices.map { ["name": .string($0.reference.name)] }))
        guard arguments.has("tree") else {
            return session.output.print(devices.map { $0.reference.name + "\n" }.joined())
        }
        var parents: [ByteName: [String]] = [:]
        var roots: [String] = []
        for device in devices {
            let name = device.reference.name
            if let parent = try await device.parent() {
                parents[ByteName(parent), default: []].append(name)
            } else {
                roots.append(name)
            }
        }
        for root in roots { session.output.print(treeText(root, parents)) }
    }

    static let nodedevDumpxml = Command(
        "nodedev-dumpxml", "node device details in XML",
        description: "Print a device of the host as XML.",
        options: [.nodeDevice, .flag("inactive", "show inactive defined XML")] + .xmlSelection
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments)
        try session.print(
            xml: try await device.xmlDesc(flags: arguments.has("inactive") ? .inactive : []), arguments)
    }

    static let nodedevInfo = Command(
        "nodedev-info", "node device information",
        description: "Print what is known of a device at a glance.", options: [.nodeDevice, .json]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments)
        session.output.field("Name", device.reference.name)
        session.output.field("Parent", .text(try await device.parent(), without: ""))
        session.output.field("Active", .flag(try await device.isActive()))
        session.output.field("Persistent", .flag(try await device.isPersistent()))
        session.output.field("Autostart", .flag(try? await device.autostart(), unknown: "no autostart"))
    }
}

/// The names of capabilities in the order of the flags that stand for them.
private let capabilities = [
    "system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage", "fc_host",
    "vports", "scsi_generic", "drm", "mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card", "ap_queue",
    "ap_matrix", "vpd", "ccwgroup", "ccwgroup_member",
]

private func nodeDeviceFlags(_ arguments: Arguments) throws -> ConnectListAllNodeDeviceFlags {
    if arguments.has("inactive"), arguments.has("all") {
        throw Failure("Option --all is incompatible with --inactive")
    }
    if arguments.has("tree"), ["cap", "inactive", "persistent", "transient"].contains(where: arguments.has) {
        throw Failure("Option --tree is incompatible with --cap, --inactive, --persistent and --transient")
    }
    if arguments.has("transient"), arguments.has("persistent") || arguments.has("inactive") {
        throw Failure("Option --transient is incompatible with --persistent and --inactive")
    }
    var flags: ConnectListAllNodeDeviceFlags = []
    let names = try arguments.string("cap") ?? ""
    for name in names.isEmpty ? [] : names.split(atByte: ",", omittingEmptySubsequences: false) {
        guard let bit = capabilities.firstIndex(where: { $0.hasSameBytes(as: name) }) else {
            throw Failure("Invalid capability type")
        }
        flags.insert(.init(rawValue: 1 << UInt32(bit)))
    }
    if arguments.has("inactive") || arguments.has("all") { flags.insert(.inactive) }
    if !arguments.has("inactive") { flags.insert(.active) }
    if arguments.has("persistent") { flags.insert(.persistent) }
    if arguments.has("transient") { flags.insert(.transient) }
    return flags
}
