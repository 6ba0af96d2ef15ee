import Virt
import VirtDriver
import VirtXML

/// The older forms of calls, which have no flags.
extension LocalDomain {
    public func create() async throws(VirtError) { _ = try await createWithFlags(flags: []) }
    public func shutdown() async throws(VirtError) { try await shutdownFlags(flags: []) }
    public func destroy() async throws(VirtError) { try await destroyFlags(flags: []) }

    public func pinVcpu(vcpu: UInt32, cpumap: [UInt8]) async throws(VirtError) {
        try await pinVcpuFlags(vcpu: vcpu, cpumap: cpumap, flags: .live)
    }
}
