import ByteText

/// The names of processors' makers in documents.
public enum ProcessorVendor {
    /// The name for what the processor itself says, such as `GenuineIntel`; nil for makers that documents don't know.
    public static func name(ofIdentifier identifier: String) -> String? {
        switch identifier {
        case "GenuineIntel": "Intel"
        case "AuthenticAMD": "AMD"
        case "HygonGenuine": "Hygon"
        case "CentaurHauls", "  Shanghai  ": "VIA"
        default: nil
        }
    }

    /// The maker of the processor that a model of QEMU stands for, `unknown` where it is nobody's.
    public static func name(ofModel model: String, architecture: String) -> String {
        switch architecture {
        case "x86_64", "i686": X86Model.named(model)?.vendor ?? "unknown"
        case "ppc64", "ppc64le", "ppc": model.uppercased().hasBytePrefix("POWER") ? "IBM" : "unknown"
        case "s390x", "s390": ["qemu", "max"].contains(model) ? "unknown" : "IBM"
        default: "unknown"
        }
    }
}
