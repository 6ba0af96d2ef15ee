import Virt
import VirtDriver

/// The hypervisor of a connection that has none, such as `secret:///system`: what can be asked of any connection.
public struct BareHypervisor: HypervisorService {
    private let name: String
    private let address: ConnectionURI

    /// - Parameter name: the driver's.
    public init(_ name: String, _ address: ConnectionURI) { (self.name, self.address) = (name, address) }

    public func type() async throws(VirtError) -> String { name }
    public func uri() async throws(VirtError) -> String { address.description }
    public func libVersion() async throws(VirtError) -> UInt64 { APILevel.version }
    public func isSecure() async throws(VirtError) -> Bool { true }
}
