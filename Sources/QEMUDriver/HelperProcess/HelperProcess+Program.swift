import HostKit
import LinuxSystem
import QEMUModel
import Virt

extension HelperProcess {
    /// The helper as a program of this host.
    ///
    /// - Parameter home: the guest's folder, which is its helpers' home.
    func program(_ configuration: QEMUConfiguration, home: String) -> SupervisedProgram {
        var result = SupervisedProgram(name, alias: alias, path: program, log: log)
        result.arguments = arguments
        result.environment = environment
        for (name, value) in ProgramEnvironment.variables(home: home) { result.environment[name] = value }
        result.account = configuration.rights(of: runsAs)
        result.logLimits = configuration.logLimits
        result.folders = folders.map { $0.programFolder(configuration) }
        result.files = files.map { ProgramFile(path: $0.path, content: $0.content) }
        result.setup = setup?.programSetup(configuration)
        result.contact = socket?.contact(for: configuration.account)
        result.inputs = inputs
        result.leftovers = leftovers
        if let ending { result.ending = .message(ending.message, to: ending.socket) }
        return result
    }

    /// What starts the helper for a guest; `record` is told of processes that wait to run.
    func start(
        for guest: String, _ configuration: QEMUConfiguration, home: String,
        record: @escaping @Sendable (ProgramRecord) async throws(SystemError) -> Void
    ) -> ProgramStart {
        ProgramStart(
            program(configuration, home: home), for: "domain '\(guest)'", from: .qemu, record: record)
    }
}

extension QEMUConfiguration {
    /// The rights that stand behind an account; nil for the daemon's own.
    fileprivate func rights(of account: HelperAccount) -> ProgramAccount? {
        switch account {
        case .daemon: nil
        case .guest: self.account.map { ProgramAccount($0, groups: groups) }
        case .tpm: tpmAccount.map { ProgramAccount($0, groups: [$0.group]) }
        }
    }
}

extension HelperFolder {
    fileprivate func programFolder(_ configuration: QEMUConfiguration) -> ProgramFolder {
        ProgramFolder(
            path: path, mode: mode, owner: configuration.rights(of: owner)?.owner, setsMode: owner != .daemon)
    }
}

extension HelperSetup {
    fileprivate func programSetup(_ configuration: QEMUConfiguration) -> ProgramSetup {
        var setup = ProgramSetup(
            program, runs: runs, folder: folder.programFolder(configuration), final: final)
        setup.inputs = inputs
        return setup
    }
}

extension HelperSocket {
    fileprivate func contact(for guest: FileOwner?) -> ProgramContact {
        switch self {
        case .listening(let path): .listening(path: path, owner: guest)
        case .activated(let path): .activated(path: path, owner: guest)
        case .announced(let path, let number): .announced(path: path, by: number)
        case .pair(_, let keepsPackets): .pair(keepsPackets: keepsPackets)
        }
    }
}
