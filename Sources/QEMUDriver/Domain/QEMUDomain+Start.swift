import ByteText
import DriverKit
import Glibc
import JSON
import LinuxSystem
import Logging
import QEMUModel
import QMP
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func createWithFlags(flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try flags.require(
            [.startPaused, .startAutodestroy, .startBypassCache, .startForceBoot, .startResetNvram],
            in: "qemuDomainCreateWithFlags", from: .qemu)
        let owner = flags.contains(.startAutodestroy) ? try Self.owner() : nil
        let run = try await withJob(.modify, "start") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.requireStartable("domain is already running")
            guard let definition = domain.snapshot.persistent else {
                // It has ended, and is about to be forgotten.
                throw domain.context.domains.missing(domain.snapshot.reference)
            }
            guard let saved = try await domain.managedSave(for: flags) else {
                return try await domain.start(definition, flags)
            }
            var started = flags
            if !saved.isRunning { started.insert(.startPaused) }
            return try await domain.start(saved.definition, started, restoring: saved)
        }
        await owner?.own(self, run: run)
        return snapshot.reference
    }

    /// Whom a guest that is started now ends with.
    private static func owner() throws(VirtError) -> QEMUConnection {
        if let owner = Caller.current?.connection as? QEMUConnection { return owner }
        throw VirtError(
            .argumentUnsupported, "autodestroy needs a client whose going the daemon notices", from: .qemu)
    }

    /// Refuses to start a guest beside one that runs, or of which nobody knows whether it does. One that is being cleared
    /// away is waited for.
    func requireStartable(_ message: String) async throws(VirtError) {
        if let guest, guest.phase == .clearing { await guest.over.wait() }
        guard let guest else { return }
        if guest.phase == .unseen { throw guest.unseen(snapshot.name) }
        throw VirtError(.operationInvalid, message, from: .qemu)
    }

    /// Starts QEMU for a definition, and lets the guest go unless it is to be paused; the run. Whoever calls has the
    /// job.
    ///
    /// - Parameter saved: what the guest is read from instead of booting.
    func start(
        _ definition: DomainDefinition, _ flags: DomainCreateFlags = [], restoring saved: SavedGuest? = nil
    ) async throws(VirtError) -> Int32 {
        let isPaused = flags.contains(.startPaused)
        lastJob = nil
        let start = GuestStart(
            context: context, definition: definition, id: context.domains.nextID(), startsPaused: isPaused,
            resetsVariables: flags.contains(.startResetNvram), saved: saved)
        do throws(VirtError) {
            let prepared = try await start.prepare()
            let life = GuestLife(startsPaused: isPaused, origin: origin(saved))
            guest = RunningGuest(prepared.held, life, in: context.records)
            publish { now in
                (now.id, now.live) = (start.id, prepared.definition)
                now.show(life)
            }
            for card in prepared.definition.devices.interfaces { await seeToPlace(of: card) }
            try await start.launch(prepared, domain: self)
            try await begin(isPaused: isPaused, saved)
            return start.id
        } catch {
            if guest?.id == start.id {
                // Where it can't be ended, it stays a guest that is there, and may be destroyed later.
                guest?.life.settle()
                try? await end(start.id, .failed)
            } else {
                if !snapshot.isPersistent { await removeTPMState(of: definition) }
                publish { ($0.state, $0.reason) = (.shutoff, DomainShutoffReason.failed.rawValue) }
            }
            throw error
        }
    }

    private func origin(_ saved: SavedGuest?) -> GuestLife.Origin {
        // That it returns to a snapshot is what is told of it, wherever its memory comes from.
        if let loading { return .snapshot(hasMemory: loading.snapshot != nil || saved != nil) }
        return saved.map { .file(wasRunning: $0.isRunning) } ?? .boot
    }

    /// QEMU waits to be told what to do: from here on the guest is there.
    private func begin(isPaused: Bool, _ saved: SavedGuest?) async throws(VirtError) {
        watchHelpers()
        try await learnCharacterDevices()
        try await learnProcessors()
        try await placeThreads()
        await learnCPU()
        await learnBalloon()
        try await setPasswords()
        try await chooseReboot()
        try await limitDisks()
        try await beginMemoryReports()
        if let target = loading?.snapshot { try await loadLive(target) }
        if let saved, let run = guest?.id {
            if saved.file.image.cookie?.cpu != nil { publish { $0.run.requestedCPU = saved.requestedCPU } }
            try await isRestored(run, runs: !isPaused)
        } else if !isPaused {
            try await continueProcessors(loading?.snapshot == nil ? .booted : .fromSnapshot)
        }
        try await settle()
        // They hear of its end from now on, and not of one before.
        if let guest, let step = self.guest?.life.tell() { follow(step, of: guest.id) }
    }

    /// From here on the run is ended by whoever sees QEMU's end; one that nobody has seen is seen here.
    private func settle() async throws(VirtError) {
        guest?.life.settle()
        let isClosed = await guest?.monitor?.closeReason != nil
        guard let guest, guest.phase == .running, guest.life.end == nil, guest.process?.hasEnded == false,
            !isClosed
        else {
            throw VirtError(
                .operationFailed, "the guest of domain '\(snapshot.name)' has ended while it was started",
                from: .qemu)
        }
    }

    // MARK: The start's processes

    /// Notes QEMU of a start, which waits to run, on disk first.
    func note(_ process: ProcessHandle, of run: Int32) async throws(SystemError) {
        guard guest(run) != nil, guest?.life.end == nil else {
            throw SystemError(call: "start", errno: ECANCELED)
        }
        guest?.held.process = process.identity
        publish { $0.run.process = process.identity }
        try await writeRecord()
    }

    /// QEMU of a start runs; throws where it was told to end meanwhile.
    func watch(_ process: ProcessHandle, ofStart run: Int32) throws(VirtError) {
        watch(process, of: run)
        if isToEnd(run) {
            throw VirtError(.operationAborted, "domain '\(snapshot.name)' was destroyed", from: .qemu)
        }
    }

    /// Whether somebody has asked for the end of a run.
    func isToEnd(_ run: Int32) -> Bool { guest(run)?.life.end != nil }

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
        let known = await checked(terminals)
        if !known.isEmpty { publish { $0.live?.setTerminals(known) } }
        for channel in snapshot.live?.devices.channels ?? [] {
            guard let alias = channel.info.alias, let isOpen = listened["char" + alias] else { continue }
            setChannel(alias, isConnected: isOpen, .domainStarted)
        }
    }

    /// Those of the paths that lead to terminals of QEMU's own, since QEMU may name anything.
    private func checked(_ terminals: [String: String]) async -> [String: String] {
        if terminals.isEmpty { return [:] }
        let user = context.configuration.guestUser
        let refused = await Blocking.run {
            terminals.compactMapValues { (path) -> SystemError? in
                do throws(SystemError) {
                    _ = try Pseudoterminal(path, of: user)
                    return nil
                } catch {
                    return error
                }
            }
        }
        for (label, error) in refused {
            context.log.error(
                "QEMU of '\(snapshot.name)' names no terminal of its own for \(label): \(error)")
        }
        return terminals.filter { refused[$0.key] == nil }
    }

    /// Asks QEMU how much memory the guest has.
    func learnBalloon() async {
        guard let actual = try? await ask("query-balloon")["actual"]?.uint else { return }
        publish { $0.run.balloon = actual / 1024 }
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
