import DriverKit
import Explanation
import JSON
import LinuxSystem
import QEMUModel
import QMP
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    /// Explains the guest that runs, or what the next start would run.
    nonisolated func explain(flags: DomainXMLFlags) async throws(VirtError) -> String {
        try flags.rawValue.require(3, in: "roostDomainExplain", from: .qemu)
        let now = snapshot
        if now.isActive, !flags.contains(.inactive) { return try await explainGuest(now, flags) }
        guard let definition = now.persistent else {
            throw VirtError(
                .operationInvalid, "transient domains do not have any persistent config", from: .qemu)
        }
        let log = try await context.history(of: definition, flags.explained).log
        return try await context.explain(definition, log, as: .definition)
    }

    /// Explains what runs: the arguments are those of the process, the document is the live one.
    private func explainGuest(
        _ now: QEMUDomainSnapshot, _ flags: DomainXMLFlags
    ) async throws(VirtError) -> String {
        guard let held = guest?.held, let live = now.live, let process = now.run.process else {
            throw VirtError.notRunning
        }
        let qemu = try await context.capabilities(of: live.devices.emulator ?? "")
        let log = try await history(now, live, qemu, flags)
        let (context, name) = (context, now.name)
        let start = await Blocking.run { context.startRecord(of: name, process) }
        let commands = commands(for: live, started: Set(start.aliases.values), qemu)
        return await Blocking.run {
            var host = HostProbe(process: process.id)
            let configuration = context.configuration
            host.folders = [
                held.folder, configuration.channelFolder(of: held.folder),
                configuration.memoryFolder(of: held.folder),
            ]
            host.ownerships = held.ownerships
            host.helpers = held.helpers.map(HostHelper.init)
            let whole = GuestExplanation(
                log.document, start, isRunning: true, commands: commands, host: host)
            return context.text(whole, live, qemu, .running)
        }
    }

    /// How the live document came to be: as the definition would be started now, and what became of that.
    private nonisolated func history(
        _ now: QEMUDomainSnapshot, _ live: DomainDefinition, _ qemu: QEMUCapabilities, _ flags: DomainXMLFlags
    ) async throws(VirtError) -> FillLog {
        let (log, definition) = try await context.history(
            of: now.persistent ?? live, isStored: now.isPersistent, flags.explained)
        let (configuration, volumes) = (context.configuration, context.volumes)
        let purpose = await context.explanation(of: definition)
        await Blocking.run {
            _ = try? log.keep { () throws(ConfigurationError) in
                try DryStart(definition, qemu, configuration, volumes, for: purpose)
            }
            log.adopt(live, by: .roost("settled when the guest was started, or since"))
        }
        return log
    }

    /// The commands that gave the guest the devices that it wasn't started with, by alias.
    private func commands(
        for live: DomainDefinition, started: Set<String>, _ qemu: QEMUCapabilities
    ) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for device in live.devices.all {
            guard let alias = device.alias, !started.contains(alias),
                let parts = try? parts(of: device, in: live, qemu)
            else { continue }
            found[alias] = parts.compactMap { try? $0.adding() }.map {
                "\($0.name) \(JSONValue.object($0.arguments))"
            }
        }
        return found
    }
}

extension QEMUContext {
    /// What a running guest was started with; may wait. The process itself has the last word.
    fileprivate func startRecord(of name: String, _ process: ProcessIdentity) -> CommandLineRecord {
        let record = (try? starts.read(name)).flatMap { CommandLineRecord(text: $0) }
        let words = Self.arguments(of: process)
        if let record, words == nil || words == record.words { return record }
        var unknown = CommandLineRecord()
        unknown.arguments = (words ?? []).map {
            .init(words: [$0], source: .roost("what it was made from is not on record"))
        }
        return unknown
    }

    /// The arguments of a process without its name; nil where they can't be read.
    private static func arguments(of process: ProcessIdentity) -> [String]? {
        guard let bytes = try? FileSystem.read("/proc/\(process.id)/cmdline", limit: 16 << 20),
            (try? process.isAlive()) == true
        else { return nil }
        let words = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
        return words.dropFirst().map { String(decoding: $0, as: UTF8.self) }
    }
}
