import JSON
import Virt
import VirtXML

/// The command line of QEMU for a domain that has all its defaults, aliases and addresses.
package struct QEMUCommandLine: Sendable {
    package let guest: QEMUGuest
    package var arguments = QEMUArguments()

    /// On s390 a PCI device is found by an identity of its own, which stands before it. By alias.
    private let identities: [String: JSONObject]

    private init(_ guest: QEMUGuest) {
        self.guest = guest
        identities = guest.domain.bridgeIdentities
    }

    /// The arguments, without the program's name, in libvirt's order.
    package static func arguments(for guest: QEMUGuest) throws(ConfigurationError) -> [String] {
        try explained(for: guest).words
    }

    /// The arguments, each with what it comes from.
    package static func explained(for guest: QEMUGuest) throws(ConfigurationError) -> QEMUArguments {
        var line = QEMUCommandLine(guest)
        try line.addMachine()
        try line.addResources()
        try line.addConsole()
        try line.addStart()
        try line.addDevices()
        try line.addEnd()
        return line.arguments
    }

    package var domain: DomainDefinition { guest.domain }
    package var qemu: QEMUCapabilities { guest.qemu }
    package var resources: QEMUResources { guest.resources }

    package mutating func add(_ parts: [QEMUPart], from origin: QEMUOrigin) throws(ConfigurationError) {
        try arguments.add(
            parts.flatMap(identified).map(guest.overridden), from: origin, netdevIsJSON: qemu.netdevIsJSON,
            deviceIsJSON: qemu.deviceIsJSON)
    }

    /// Adds what each of the elements that have a path in common needs.
    package mutating func add<T>(
        each path: String, _ elements: [T], where isMeant: (T) -> Bool = { _ in true },
        _ parts: (T) throws(ConfigurationError) -> [QEMUPart]
    ) throws(ConfigurationError) {
        for (index, element) in elements.enumerated() where isMeant(element) {
            try add(parts(element), from: .one(path, index))
        }
    }

    /// Adds what each device of a kind needs.
    package mutating func add<T: Device>(
        each devices: [T], where isMeant: (T) -> Bool = { _ in true },
        _ parts: (T) throws(ConfigurationError) -> [QEMUPart]
    ) throws(ConfigurationError) {
        try add(each: "devices/" + T.elementName.description, devices, where: isMeant, parts)
    }

    private func identified(_ part: QEMUPart) -> [QEMUPart] {
        guard case .device(let device) = part, let id = device["id"]?.string, let identity = identities[id]
        else { return [part] }
        return [.device(identity), part]
    }

    private mutating func addMachine() throws(ConfigurationError) {
        try addName()
        try addCompatibility()
        if resources.startsPaused {
            arguments.add("-S", from: .roost("the guest waits until Roost has set it up"))
        }
        try arguments.add(
            "-object",
            [
                "qom-type": "secret", "id": "masterKey0", "format": "raw",
                "file": .string(resources.masterKeyPath),
            ], from: .roost("secrets reach QEMU encrypted, and this is their key"))
        try addBusState()
        try addReservationHelper()
        try addFlash()
        try addMachineOptions()
        try addAccelerator()
        try addTSEG()
        try addCPU()
        try addBIOS()
    }

    private mutating func addName() throws(ConfigurationError) {
        var name = OptionText()
        name.add("guest", domain.name)
        name.from(.roost("the threads of QEMU get names")) { $0.add("debug-threads", on: true) }
        try arguments.add("-name", name, from: .element("name"))
    }

    private mutating func addCompatibility() throws(ConfigurationError) {
        guard let behavior = domain.qemu?.deprecation, behavior != .none else { return }
        let input: [QEMUNamespace.DeprecationBehavior: String] = [
            .omit: "accept", .reject: "reject", .crash: "crash",
        ]
        var object: JSONObject = ["deprecated-output": "hide"]
        object.add("deprecated-input", input[behavior])
        try arguments.add("-compat", object, from: .element("qemu:deprecation"))
    }

    private mutating func addResources() throws(ConfigurationError) {
        try addMemory()
        var overcommit = OptionText()
        let isLocked = domain.memoryBacking?.locked ?? false
        overcommit.add("mem-lock", on: isLocked)
        let source: QEMUOrigin =
            isLocked
            ? .element("memoryBacking/locked") : .roost("no <locked/> keeps the guest's memory from swap")
        try arguments.add("-overcommit", overcommit, from: source)
        try addSMP()
        try addIOThreads()
        try addThrottleGroups()
        try addNUMA()
        try arguments.add("-uuid", domain.uuid?.description ?? "", from: .element("uuid"))
        if let id = domain.genid?.id?.description {
            try arguments.add(
                "-device", ["driver": "vmgenid", "guid": .string(id), "id": "vmgenid0"],
                from: .element("genid"))
        }
    }

    private mutating func addEnd() throws(ConfigurationError) {
        try addLaunchSecurity()
        if let commandLine = domain.qemu?.commandLine {
            for (index, word) in commandLine.arguments.enumerated() {
                try arguments.add(verbatim: word, from: .one("qemu:commandline/qemu:arg", index))
            }
        }
        try addSandbox()
        try addAsyncTeardown()
        try addPanicsAndShared()
        var message = OptionText()
        message.add("timestamp", on: true)
        try arguments.add("-msg", message, from: .roost("lines of the log have times"))
    }
}

extension QEMUCapabilities {
    /// Whether `-device` takes JSON, and what is given so can be unplugged again.
    var deviceIsJSON: Bool { schema.has("device_add", "$json-cli-hotplug") }

    /// Whether `-netdev` takes JSON.
    var netdevIsJSON: Bool { schema.has("netdev_add", "stream") || schema.has("netdev_add", "dgram") }
}
