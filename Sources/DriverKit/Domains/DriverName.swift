import Virt

/// What a driver is called where it speaks of itself: in the names of its functions, and as the origin of its errors.
public struct DriverName: Sendable {
    /// What libvirt's names of the driver's functions begin with: `qemu`.
    public let prefix: String
    /// Where the driver's errors come from.
    public let origin: ErrorDomain

    public init(_ prefix: String, origin: ErrorDomain) { (self.prefix, self.origin) = (prefix, origin) }

    /// Refuses flags that a call doesn't know.
    ///
    /// - Parameter function: libvirt's name of the driver's function, without the driver's: `DomainGetState`.
    public func require<Flags: OptionSet>(
        _ flags: Flags, _ known: Flags = [], in function: String
    ) throws(VirtError) where Flags.RawValue == UInt32 {
        try require(flags.rawValue, known.rawValue, in: function)
    }

    /// As above, for a call whose flags have no names.
    public func require(_ flags: UInt32, _ known: UInt32 = 0, in function: String) throws(VirtError) {
        // The name is put together only where there is something to say.
        if flags & ~known != 0 { try flags.require(known, in: prefix + function, from: origin) }
    }

    /// An error that the driver is the origin of.
    public func error(_ code: ErrorNumber, _ message: String) -> VirtError {
        VirtError(code, message, from: origin)
    }
}
