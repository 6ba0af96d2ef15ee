import ByteText
import DriverKit
import JSON
import LinuxSystem
import QMP
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func create() async throws(VirtError) { _ = try await createWithFlags(flags: []) }

    func createWithFlags(flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try flags.rawValue.require(0x1F, in: "virDomainCreateWithFlags", from: .qemu)
        try await withJob(.modify, "start") { (domain: isolated QEMUDomain) async throws(VirtError) in
            if domain.snapshot.isActive {
                throw VirtError(.operationInvalid, "domain is already running", from: .qemu)
            }
            guard let definition = domain.snapshot.persistent else {
                throw VirtError(
                    .internalError, "domain '\(domain.snapshot.name)' has no definition", from: .qemu)
            }
            try await domain.start(definition, isPaused: flags.contains(.startPaused))
        }
        return snapshot.reference
    }

    /// Starts QEMU for a definition, and lets the guest go unless it is to be paused.
    func start(_ definition: DomainDefinition, isPaused: Bool) async throws(VirtError) {
        let start = GuestStart(
            context: context, definition: definition, id: context.registry.nextID(), startsPaused: isPaused)
        var prepared: PreparedGuest?
        do throws(VirtError) {
            let ready = try await start.prepare()
            prepared = ready
            let running = try await start.launch(ready, domain: self)
            try await begin(running, ready, isPaused: isPaused)
        } catch {
            if let prepared { await start.undo(prepared) }
            if guest != nil {
                try? await end(.failed)
                await afterEnd(.failed)
            } else {
                if !snapshot.isPersistent { await removeTPMState(of: definition) }
                become(.shutoff, DomainShutoffReason.failed.rawValue)
            }
            throw error
        }
    }

    /// QEMU waits to be told what to do: from here on the guest is there.
    private func begin(_ running: RunningGuest, _ prepared: PreparedGuest, isPaused: Bool)
        async throws(VirtError)
    {
        let process = running.process.identity
        guest = running
        watchHelpers()
        publish { now in
            (now.id, now.live, now.process) = (prepared.id, prepared.definition, process)
            (now.state, now.reason) = (.paused, DomainPausedReason.startingUp.rawValue)
        }
        try await learnCharacterDevices()
        try await learnProcessors()
        try await placeThreads()
        await learnCPU()
        await learnBalloon()
        try await setPasswords()
        if isPaused {
            let events = [
                lifecycle(.started, DomainEventStartedDetailType.booted.rawValue),
                lifecycle(.suspended, DomainEventSuspendedDetailType.paused.rawValue),
            ]
            become(.paused, DomainPausedReason.user.rawValue, events)
        } else {
            try await letGo(.booted)
            context.events.publish(lifecycle(.started, DomainEventStartedDetailType.booted.rawValue))
        }
        guard guest != nil else {
            throw VirtError(.operationFailed, "the guest has ended while it was started", from: .qemu)
        }
    }

    /// Tells QEMU the passwords of the guest's screens, which the command line must not show.
    private func setPasswords() async throws(VirtError) {
        for screen in snapshot.live?.devices.graphics ?? [] where screen.password != nil {
            try await setPassword(of: screen)
        }
    }

    /// Tells QEMU a screen's password; without one nobody gets in.
    func setPassword(of screen: GraphicsDevice) async throws(VirtError) {
        guard screen.type == .vnc || screen.type == .spice else { return }
        let name = JSONValue.string(screen.type.rawValue)
        let password = screen.password ?? ""
        var arguments: JSONObject = ["protocol": name, "password": .string(password)]
        arguments.add("connected", screen.connected?.rawValue)
        try await ask("set_password", arguments)
        let end = screen.passwordValidTo ?? (screen.password == nil ? "now" : "never")
        try await ask("expire_password", ["protocol": name, "time": .string(end)])
    }

    /// Asks QEMU which terminals it has opened for the guest's lines and whether the guest listens to its channels,
    /// and puts that into the live document.
    func learnCharacterDevices() async throws(VirtError) {
        let reply = try await ask("query-chardev")
        var terminals: [String: String] = [:]
        var listened: [String: Bool] = [:]
        for entry in reply.array ?? [] {
            guard let label = entry["label"]?.string else { continue }
            if let file = entry["filename"]?.string, let path = file.droppingBytePrefix("pty:") {
                terminals[label] = String(path)
            }
            listened[label] = entry["frontend-open"]?.bool
        }
        if !terminals.isEmpty { publish { $0.live?.setTerminals(terminals) } }
        for channel in snapshot.live?.devices.channels ?? [] {
            guard let alias = channel.info.alias, let isOpen = listened["char" + alias] else { continue }
            setChannel(alias, isConnected: isOpen, .domainStarted)
        }
    }

    /// Asks QEMU how much memory the guest has.
    func learnBalloon() async {
        guard let actual = try? await ask("query-balloon")["actual"]?.uint else { return }
        publish { $0.balloon = actual / 1024 }
    }
}

extension DomainDefinition {
    /// Notes the terminals of pty devices, by their character devices' names (`char` and the alias).
    mutating func setTerminals(_ terminals: [String: String]) {
        func set(_ source: inout CharacterSource, _ alias: String?) {
            guard source.type == .pty, let alias, let path = terminals["char" + alias] else { return }
            source.path = path
        }
        for index in devices.serials.indices {
            set(&devices.serials[index].source, devices.serials[index].info.alias)
        }
        for index in devices.parallels.indices {
            set(&devices.parallels[index].source, devices.parallels[index].info.alias)
        }
        for index in devices.channels.indices {
            set(&devices.channels[index].source, devices.channels[index].info.alias)
        }
        for index in devices.consoles.indices {
            // The first console of type serial is the first serial port over again.
            if devices.consoles[index].info.alias == devices.serials.first?.info.alias,
                let first = devices.serials.first
            {
                devices.consoles[index].source = first.source
            } else {
                set(&devices.consoles[index].source, devices.consoles[index].info.alias)
            }
        }
    }
}
