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
        case "x86_64", "i686": x86(model)
        case "ppc64", "ppc64le", "ppc": model.uppercased().hasPrefix("POWER") ? "IBM" : "unknown"
        case "s390x", "s390": ["qemu", "max"].contains(model) ? "unknown" : "IBM"
        default: "unknown"
        }
    }

    private static func x86(_ model: String) -> String {
        let plain = plainName(model)
        if let known = X86Model.named(plain) { return known.vendor ?? "unknown" }
        if plain.hasPrefix("EPYC") || plain.hasPrefix("Opteron") { return "AMD" }
        if plain == "YongFeng" { return "Zhaoxin" }
        if ["base", "host", "max"].contains(plain) || plain.contains("64") || plain.contains("32") {
            return "unknown"
        }
        return "Intel"
    }

    /// Versions of a model end with `-v` and a number.
    private static func plainName(_ model: String) -> String {
        let parts = model.split(separator: "-")
        guard parts.count > 1, let last = parts.last, last.hasPrefix("v"), Int(last.dropFirst()) != nil else {
            return model
        }
        return parts.dropLast().joined(separator: "-")
    }
}
