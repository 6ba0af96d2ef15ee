import DriverKit

/// The names of x86 features: QEMU spells some of them with other signs than documents do.
enum QEMUFeatureNames {
    /// How documents spell a feature of QEMU.
    static func document(_ name: String) -> String {
        if let known = different[name] { return known }
        return known.contains(name) ? name : underscored(name)
    }

    /// Whether a name in documents' spelling is a processor's feature, and not a setting of QEMU.
    static func isFeature(_ name: String) -> Bool { known.contains(name) }

    private static let known = Set(X86Features.names)

    private static func underscored(_ name: String) -> String {
        let other = String(name.map { $0 == "-" ? "_" : $0 })
        return known.contains(other) ? other : name
    }

    private static let different = [
        "pclmulqdq": "pclmuldq", "sse4-1": "sse4.1", "sse4-2": "sse4.2", "sse4_1": "sse4.1",
        "sse4_2": "sse4.2",
        "sse3": "pni", "ffxsr": "fxsr_opt", "i64": "lm", "xd": "nx",
    ]
}
