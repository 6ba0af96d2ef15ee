import JSON

/// The version of a QEMU binary.
package struct QEMUVersion: Sendable, Equatable {
    package var major: Int64
    package var minor: Int64
    package var micro: Int64
    /// The packager's addition, such as `Debian 1:7.2+dfsg-7`; often empty.
    package var package: String

    /// A version as `query-version` writes it.
    package init?(_ value: JSONValue?) {
        guard let numbers = value?["qemu"], let major = numbers["major"]?.int, (0...999).contains(major),
            let minor = numbers["minor"]?.int, (0...999).contains(minor),
            let micro = numbers["micro"]?.int, (0...999).contains(micro)
        else { return nil }
        (self.major, self.minor, self.micro) = (major, minor, micro)
        package = value?["package"]?.string ?? ""
    }

    /// The number that libvirt's version calls report: 7.2.22 is 7002022.
    package var number: UInt64 { UInt64(clamping: (major * 1000 + minor) * 1000 + micro) }
}
