import DriverKit
import HostKit
import LinuxSystem
import QEMUModel
import QMP
import Virt
import VirtXML

/// What a start runs.
extension GuestStart {
    /// Starts QEMU and what serves it, and joins its monitor. The record of the run is on disk before QEMU runs.
    func launch(_ prepared: PreparedGuest, domain: QEMUDomain) async throws(VirtError) {
        do throws(VirtError) {
            try await context.claimPorts(of: prepared.definition)
            try await context.joinSwitches(of: prepared.definition)
            try await context.bindFilters(of: prepared.definition)
            let helperEnds = try await startHelpers(prepared, domain: domain)
            let process = try await startProcess(prepared, helperEnds, domain)
            // QEMU alone holds the socket from here on: when it goes, whoever waits there hears of it.
            prepared.close()
            try await domain.watch(process, ofStart: id)
            try await domain.openMonitor(of: id)
            if let saved { try await domain.receive(saved, of: id) }
        } catch {
            prepared.close()
            throw await explained(error, prepared, domain)
        }
    }

    private func startProcess(
        _ prepared: PreparedGuest, _ helperEnds: [Int32: Descriptor], _ domain: QEMUDomain
    ) async throws(VirtError) -> ProcessHandle {
        let variables = GuestEnvironment.variables(prepared.held.folder, of: prepared.definition)
        let environment = Dictionary(variables.map { ($0.name, $0.value) }) { $1 }
        var orders = LaunchOrders(
            prepared.emulator, prepared.arguments, environment: environment)
        (orders.output, orders.errorOutput) = (prepared.log.input, prepared.log.input)
        orders.logs = [prepared.log] + prepared.descriptors.logs
        (orders.logLimits, orders.logEnd) = (configuration.logLimits, prepared.logEnd)
        orders.descriptors = prepared.descriptors.open.merging(helperEnds) { $1 }
        orders.descriptors[Self.monitorNumber] = prepared.monitor
        orders.owner = configuration.account
        orders.groups = configuration.account == nil ? nil : configuration.groups
        orders.fileMask = 0o027
        let (context, name) = (context, definition.name)
        let (memory, cpus) = (prepared.definition.lockedMemory, prepared.definition.hostCPUsOfEmulator)
        do throws(SystemError) {
            return try await context.programs.launch(orders) { (process) async throws(SystemError) in
                if let memory { try process.allow(memory) }
                // Threads start where the one does that starts them.
                if let cpus { try HostThread(process.identity.id).setAffinity(cpus.members) }
                try await domain.note(process, of: id)
                try await Blocking.run { () throws(SystemError) in
                    try FileSystem.replace(
                        "\(context.configuration.run)/\(name).pid", with: "\(process.identity.id)\n",
                        mode: 0o644, survivesPowerCut: false)
                }
            }
        } catch {
            throw VirtError(
                error, "QEMU could not be started for domain '\(name)' (\(error.call) \(prepared.emulator))")
        }
    }

    /// An error with what QEMU said before it gave up, and with what its helpers said that have ended too.
    private func explained(
        _ error: VirtError, _ prepared: PreparedGuest, _ domain: QEMUDomain
    ) async -> VirtError {
        if await domain.isToEnd(id) {
            return VirtError(
                .operationAborted, "domain '\(definition.name)' was destroyed while it was started",
                from: .qemu)
        }
        let log = ProgramLog(ofGuest: definition.name, configuration)
        let helpers = await domain.helpers(of: id)
        await prepared.logEnd.wait(within: .seconds(2))
        let (said, others) = await Blocking.run {
            (log.lastWordsOfQEMU(from: prepared.logStart), helpers.compactMap(\.lastWords))
        }
        if said.isEmpty && others.isEmpty { return error }
        let words = ([said.isEmpty ? error.message : said] + others).joined(separator: "\n")
        return VirtError(
            .internalError, "QEMU unexpectedly closed the monitor (vm='\(definition.name)'): \(words)",
            from: .qemu)
    }
}
