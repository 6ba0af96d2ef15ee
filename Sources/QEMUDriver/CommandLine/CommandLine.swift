import JSON
import Virt
import VirtXML

/// The command line of QEMU for a domain that has all its defaults, aliases and addresses.
public struct QEMUCommandLine: Sendable {
    let guest: QEMUGuest
    var arguments = QEMUArguments()

    /// On s390 a PCI device is found by an identity of its own, which stands before it. By alias.
    private let identities: [String: JSONObject]

    private init(_ guest: QEMUGuest) {
        self.guest = guest
        identities = guest.domain.bridgeIdentities
    }

    /// The arguments, without the program's name, in libvirt's order.
    public static func arguments(for guest: QEMUGuest) throws(ConfigurationError) -> [String] {
        var line = QEMUCommandLine(guest)
        try line.addMachine()
        try line.addResources()
        try line.addConsole()
        try line.addStart()
        try line.addDevices()
        try line.addEnd()
        return line.arguments.words
    }

    var domain: DomainDefinition { guest.domain }
    var qemu: QEMUCapabilities { guest.qemu }
    var resources: QEMUResources { guest.resources }

    mutating func add(_ parts: [QEMUPart]) throws(ConfigurationError) {
        try arguments.add(
            parts.flatMap(identified).map(guest.overridden), netdevIsJSON: qemu.netdevIsJSON,
            deviceIsJSON: qemu.deviceIsJSON)
    }

    private func identified(_ part: QEMUPart) -> [QEMUPart] {
        guard case .device(let device) = part, let id = device["id"]?.string, let identity = identities[id]
        else { return [part] }
        return [.device(identity), part]
    }

    private mutating func addMachine() throws(ConfigurationError) {
        try addName()
        try addCompatibility()
        if resources.startsPaused { arguments.add("-S") }
        try arguments.add(
            "-object",
            [
                "qom-type": "secret", "id": "masterKey0", "format": "raw",
                "file": .string(resources.masterKeyPath),
            ])
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
        name.add("debug-threads", on: true)
        try arguments.add("-name", name)
    }

    private mutating func addCompatibility() throws(ConfigurationError) {
        guard let behavior = domain.qemu?.deprecation, behavior != .none else { return }
        let input: [QEMUNamespace.DeprecationBehavior: String] = [
            .omit: "accept", .reject: "reject", .crash: "crash",
        ]
        var object: JSONObject = ["deprecated-output": "hide"]
        object.add("deprecated-input", input[behavior])
        try arguments.add("-compat", object)
    }

    private mutating func addResources() throws(ConfigurationError) {
        try addMemory()
        var overcommit = OptionText()
        overcommit.add("mem-lock", on: domain.memoryBacking?.locked ?? false)
        try arguments.add("-overcommit", overcommit)
        try addSMP()
        try addIOThreads()
        try addThrottleGroups()
        try addNUMA()
        try arguments.add("-uuid", domain.uuid?.description ?? "")
        if let id = domain.genid?.id?.description {
            try arguments.add("-device", ["driver": "vmgenid", "guid": .string(id), "id": "vmgenid0"])
        }
    }

    private mutating func addEnd() throws(ConfigurationError) {
        try addLaunchSecurity()
        if let commandLine = domain.qemu?.commandLine {
            for word in commandLine.arguments { try arguments.add(verbatim: word) }
        }
        try addSandbox()
        try addAsyncTeardown()
        try addPanicsAndShared()
        var message = OptionText()
        message.add("timestamp", on: true)
        try arguments.add("-msg", message)
    }
}

extension QEMUCapabilities {
    /// Whether `-device` takes JSON, and what is given so can be unplugged again.
    var deviceIsJSON: Bool { schema.has("device_add", "$json-cli-hotplug") }

    /// Whether `-netdev` takes JSON.
    var netdevIsJSON: Bool { schema.has("netdev_add", "stream") || schema.has("netdev_add", "dgram") }
}
