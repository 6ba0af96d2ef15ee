import Virt

extension NetworkUpdateFlags {
    /// Which of a network's two documents a change is for: neither flag means what counts now.
    ///
    /// - Throws: `operationInvalid` where one is meant that isn't there.
    public func places(isActive: Bool, isPersistent: Bool) throws(VirtError) -> NetworkUpdateFlags {
        let places = isEmpty ? (isActive ? .live : .config) : self
        if places.contains(.live), !isActive {
            throw VirtError(.operationInvalid, "network is not running", from: .network)
        }
        if places.contains(.config), !isPersistent {
            throw VirtError(
                .operationInvalid, "cannot change persistent config of a transient network", from: .network)
        }
        return places
    }
}
