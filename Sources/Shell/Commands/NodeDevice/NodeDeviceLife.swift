import Roost
import Virt

extension [CommandOption] {
    fileprivate static let description: [CommandOption] = [
        .required("file", "file containing an XML description of the device", complete: .path),
        .flag("validate", "validate the XML against the schema"),
    ]
}

extension Command {
    static let nodedevCreate = Command(
        "nodedev-create", "create a device defined by an XML file on the node",
        description: "Make a device on the host that is gone when it is stopped; guests can be given it.",
        options: .description
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let device = try await explaining("Failed to create node device from \(file)") {
            try await connection.nodeDeviceCreateXML(
                xml: xml, flags: arguments.has("validate") ? .validate : [])
        }
        session.output.note("Node device \(device.reference.name) created from \(file)\n")
    }

    static let nodedevDefine = Command(
        "nodedev-define", "Define or modify a device by an xml file on a node",
        description: "Define a device without starting it.", options: .description
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let connection = try await session.connected()
        let device = try await explaining("Failed to define node device from '\(file)'") {
            try await connection.nodeDeviceDefineXML(
                xml: xml, flags: arguments.has("validate") ? .validate : [])
        }
        session.output.note("Node device '\(device.reference.name)' defined from '\(file)'\n")
    }

    static let nodedevDestroy = Command(
        "nodedev-destroy", "destroy (stop) a device on the node",
        description: "Stop a device that was made. It is a device of the host that goes.",
        options: [.nodeDevice]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments)
        let name = device.reference.name
        try await explaining("Failed to destroy node device '\(name)'") { try await device.destroy() }
        session.output.note("Destroyed node device '\(name)'\n")
    }

    static let nodedevUndefine = Command(
        "nodedev-undefine", "Undefine an inactive node device",
        description: "Remove the definition of a device.", options: [.nodeDevice]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments)
        let name = device.reference.name
        try await explaining("Failed to undefine node device '\(name)'") {
            try await device.undefine(flags: 0)
        }
        session.output.note("Undefined node device '\(name)'\n")
    }

    static let nodedevStart = Command(
        "nodedev-start", "Start an inactive node device", description: "Start a device that is defined.",
        options: [.required("device", "device name", complete: .nodeDevices)]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments, byWWN: false)
        let name = device.reference.name
        try await explaining("Failed to start device \(name)") { try await device.create(flags: 0) }
        session.output.note("Device \(name) started\n")
    }

    static let nodedevAutostart = Command(
        "nodedev-autostart", "autostart a defined node device",
        description: "Have a device started with the host.",
        options: [.nodeDevice, .flag("disable", "disable autostarting")]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments)
        let name = device.reference.name
        let isOn = !arguments.has("disable")
        let word = isOn ? "mark" : "unmark"
        try await explaining("failed to \(word) device \(name) as autostarted") {
            try await device.setAutostart(autostart: isOn)
        }
        session.output.note("Device \(name) \(word)ed as autostarted\n")
    }

    static let nodedevUpdate = Command(
        "nodedev-update", "Update a active and/or inactive node device",
        description: "Change a device that was made, or its definition.",
        options: [
            .nodeDevice,
            .required("file", "file containing an XML description of the device", complete: .path),
            .flag("config", "affect next node device startup"), .flag("live", "affect running node device"),
            .flag("current", "affect current state of node device"),
        ]
    ) { session, arguments in
        let flags = NodeDeviceUpdateFlags(rawValue: try arguments.impact().rawValue)
        let device = try await session.nodeDevice(arguments)
        let file = try arguments.required("file")
        let xml = try await session.read(file: file)
        let name = device.reference.name
        let isActive = try await device.isActive()
        try await explaining("Failed to update node device \(name) from '\(file)'") {
            try await device.update(xml: xml, flags: flags)
        }
        let both = flags.contains(.config) && flags.contains(.live)
        let isLive = flags.contains(.live) || (flags.isEmpty && isActive)
        let what = both ? "persistent config and live state" : isLive ? "live state" : "persistent config"
        session.output.note("Updated node device \(name) \(what)\n")
    }

    static let nodedevDetach = Command(
        "nodedev-detach", "detach node device from its device driver",
        description: "Take a device from the host's driver, so that a guest can be given it.",
        options: [
            .nodeDeviceKey,
            .named("driver", "pci device assignment backend driver (e.g. 'vfio' or 'xen')"),
        ]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments, byWWN: false)
        let name = device.reference.name
        let driver = try arguments.string("driver")
        try await explaining("Failed to detach device \(name)") {
            if let driver {
                try await device.detachFlags(driverName: driver, flags: 0)
            } else {
                try await device.dettach()
            }
        }
        session.output.note("Device \(name) detached\n")
    }

    static let nodedevReattach = Command(
        "nodedev-reattach", "reattach node device to its device driver",
        description: "Give a device back to the host's driver.", options: [.nodeDeviceKey]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments, byWWN: false)
        let name = device.reference.name
        try await explaining("Failed to re-attach device \(name)") { try await device.reAttach() }
        session.output.note("Device \(name) re-attached\n")
    }

    static let nodedevReset = Command(
        "nodedev-reset", "reset node device",
        description: "Reset a device before or after a guest has it.", options: [.nodeDeviceKey]
    ) { session, arguments in
        let device = try await session.nodeDevice(arguments, byWWN: false)
        let name = device.reference.name
        try await explaining("Failed to reset device \(name)") { try await device.reset() }
        session.output.note("Device \(name) reset\n")
    }
}
