import JSON

/// A CPU model that a QEMU binary offers.
package struct QEMUCPUModel: Sendable, Equatable {
    package var name: String
    /// QEMU's class for it, such as `EPYC-v1-x86_64-cpu`.
    package var type: String?
    /// The features that the host lacks for it; nil where QEMU can't tell.
    package var unavailableFeatures: [String]?
    package var isDeprecated: Bool
    /// The versioned model that the name stands for.
    package var canonical: String?

    /// Whether guests with it can run on this host; nil where QEMU can't tell.
    package var isUsable: Bool? { unavailableFeatures.map(\.isEmpty) }

    package init?(_ entry: JSONValue) {
        guard let name = entry["name"]?.string else { return nil }
        self.name = name
        type = entry["typename"]?.string
        unavailableFeatures = entry["unavailable-features"]?.array?.compactMap(\.string)
        isDeprecated = entry["deprecated"]?.bool ?? false
        canonical = entry["alias-of"]?.string
    }
}
