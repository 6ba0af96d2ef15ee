import JSON

/// A CPU model that a QEMU binary offers.
public struct QEMUCPUModel: Sendable, Equatable {
    public var name: String
    /// QEMU's class for it, such as `EPYC-v1-x86_64-cpu`.
    public var type: String?
    /// The features that the host lacks for it; nil where QEMU can't tell.
    public var unavailableFeatures: [String]?
    public var isDeprecated: Bool
    /// The versioned model that the name stands for.
    public var canonical: String?

    /// Whether guests with it can run on this host; nil where QEMU can't tell.
    public var isUsable: Bool? { unavailableFeatures.map(\.isEmpty) }

    init?(_ entry: JSONValue) {
        guard let name = entry["name"]?.string else { return nil }
        self.name = name
        type = entry["typename"]?.string
        unavailableFeatures = entry["unavailable-features"]?.array?.compactMap(\.string)
        isDeprecated = entry["deprecated"]?.bool ?? false
        canonical = entry["alias-of"]?.string
    }
}
