import Explanation
import Virt
import VirtDriver

extension Network {
    /// What the network is on its host, and why a guest on it can't reach what it should.
    ///
    /// - Throws: `noSupport` where the driver or the daemon has no such call; libvirt's have not.
    public func explanation() async throws(VirtError) -> NetworkExplanation {
        if let read = NetworkExplanation(json: try await explain()) { return read }
        throw VirtError(
            .rpc, "the daemon's explanation is of another version than this program understands", from: .rpc)
    }
}
