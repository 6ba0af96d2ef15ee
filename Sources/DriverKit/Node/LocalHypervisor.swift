import LinuxSystem
import Virt
import VirtDriver

/// A driver whose guests run on this machine: what it tells of the machine is the same for all such drivers.
///
/// A driver that conforms answers the calls about the host that stand in this file and in its neighbours.
public protocol LocalHypervisor: HypervisorService {}

extension LocalHypervisor {
    public func nodeInfo() async throws(VirtError) -> NodeInfo {
        let facts = try await Node.read { () throws(SystemError) in try NodeFacts() }
        return NodeInfo(
            model: facts.model, memory: facts.memory, cpus: Int32(clamping: facts.processors),
            mhz: Int32(clamping: facts.frequency), nodes: Int32(clamping: facts.cells),
            sockets: Int32(clamping: facts.sockets), cores: Int32(clamping: facts.cores),
            threads: Int32(clamping: facts.threads))
    }

    public func sysinfo(flags: UInt32) async throws(VirtError) -> String {
        try flags.require(in: "virConnectGetSysinfo", from: .none)
        guard let text = await Blocking.run({ Node.systemInformation() }) else {
            throw VirtError(.configUnsupported, "Host SMBIOS information is not available", from: .none)
        }
        return text
    }

    /// The first security model; without one, the empty name.
    public func nodeSecurityModel() async throws(VirtError) -> NodeSecurityModelReply {
        NodeSecurityModelReply(model: Array("none".utf8CString), doi: Array("0".utf8CString))
    }
}

/// What this machine tells of itself.
enum Node {
    /// Reads facts that take many files, away from the tasks' threads.
    static func read<Facts: Sendable>(
        _ body: @escaping @Sendable () throws(SystemError) -> Facts
    ) async throws(VirtError) -> Facts {
        do throws(SystemError) {
            return try await Blocking.run(body)
        } catch {
            throw .unreadable(error)
        }
    }
}

extension VirtError {
    /// The host doesn't tell what a call is about.
    static func unreadable(_ error: SystemError) -> VirtError {
        VirtError(
            code: .systemError, domain: .none, message: "the host does not tell about itself: \(error)",
            string1: "%s", integer1: error.errno)
    }
}
