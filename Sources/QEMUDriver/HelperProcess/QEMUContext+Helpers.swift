import JSON
import LinuxSystem
import QEMUModel
import Synchronization
import VirtXML

extension QEMUContext {
    /// What the helpers of a domain's guest find on this host.
    func helperHost(for domain: DomainDefinition) async -> HelperHost {
        let configuration = configuration
        let descriptors = await Blocking.run { VhostUserDescriptor.all(in: VhostUserDescriptor.folders) }
        var host = HelperHost()
        host.logs = configuration.logs
        host.isPrivileged = ThisProcess.isRoot
        (host.tpmStates, host.tpmLogs) = (configuration.tpmStates, configuration.tpmLogs)
        host.find = { name in
            name == HelperProgram.slirp.rawValue ? configuration.slirpHelper : ProgramOrders.find(name)
        }
        host.isExecutable = { FileSystem.isAccessible($0, 1) }
        host.isFolder = { (try? FileSystem.status(of: $0).kind) == .directory }
        host.vhostUser = descriptors
        var features: [String: Set<String>] = [:]
        for program in domain.vhostUserPrograms(descriptors) {
            features[program] = await vhostUserFeatures.features(of: program)
        }
        host.features = { [features] in features[$0] ?? [] }
        host.secret = GuestSecrets(source: secrets).clear
        return host
    }
}

extension DomainDefinition {
    /// The programs that will serve devices by vhost-user.
    fileprivate func vhostUserPrograms(_ descriptors: [VhostUserDescriptor]) -> Set<String> {
        func found(_ type: String) -> String? { descriptors.first { $0.type == type }?.binary }
        var programs: Set<String> = []
        for folder in devices.filesystems where folder.isServedByDaemon {
            if let path = folder.binary?.path ?? found("fs") { programs.insert(path) }
        }
        if devices.videos.contains(where: { $0.driver?.name == .vhostuser }), let path = found("gpu") {
            programs.insert(path)
        }
        return programs
    }
}

/// What programs that serve by vhost-user say that they can do; asked again only when they have changed.
final class VhostUserFeatures: Sendable {
    private struct Known {
        var modified: Int64
        var features: Set<String>
    }

    private let known = Mutex<[String: Known]>([:])

    /// The features of a program; none of one that can't be asked.
    func features(of program: String) async -> Set<String> {
        guard let status = await Blocking.run({ try? FileSystem.status(of: program) }) else { return [] }
        if let found = known.withLock({ $0[program] }), found.modified == status.modified {
            return found.features
        }
        let run = try? await ProgramRun.run(program, ["--print-capabilities"], timeout: .seconds(5))
        let document = run.flatMap { try? JSONValue(parsing: $0.text) }
        let features = Set((document?["features"]?.array ?? []).compactMap(\.string))
        known.withLock { $0[program] = Known(modified: status.modified, features: features) }
        return features
    }
}
