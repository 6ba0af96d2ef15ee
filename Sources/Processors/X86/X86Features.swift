import ByteText

/// What x86 processors can do, by the names that documents use.
public enum X86Features {
    /// Every feature that is known, in the order in which documents list them: that of the bits by which the
    /// processor shows them.
    public static let names: [String] = X86FeatureWord.all.flatMap { $0.names.compactMap(\.self) }

    /// The place of each feature in that order.
    static let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })

    /// Whether it is a feature's name.
    public static func isKnown(_ name: String) -> Bool { places[name] != nil }

    /// What a guest can't keep when it moves to another host.
    public static let unmigratable: Set = ["invtsc"]

    /// What a host may have and KVM shows no guest by a model.
    public static let hostOnly: Set = ["core-capability", "split-lock-detect"]

    /// What the guest's own system switches on, so that QEMU takes it for no model's.
    public static let impliedByOthers: Set = ["osxsave", "ospke"]

    /// Features in their order; those that are not known come last, by name.
    public static func sorted(_ features: some Sequence<String>) -> [String] {
        features.sorted { left, right in
            let (first, second) = (places[left] ?? .max, places[right] ?? .max)
            return first == second ? left < right : first < second
        }
    }

    /// The feature that Linux shows under a name in `/proc/cpuinfo`; nil where the name is Linux's own.
    public static func feature(ofFlag flag: String) -> String? {
        let name = flags[flag] ?? flag
        if places[name] != nil { return name }
        let dashed = name.replacing(byte: "_", with: "-")
        return places[dashed] == nil ? nil : dashed
    }

    /// The feature that QEMU has under a name; nil where the name is that of a setting.
    public static func feature(ofProperty property: String) -> String? {
        let name = properties[property] ?? property
        let spellings = [
            name, name.replacing(byte: "-", with: "_"), name.replacing(byte: "_", with: "-"),
        ]
        return spellings.first { places[$0] != nil }
    }

    /// How QEMU spells a feature of documents.
    public static func property(ofFeature feature: String) -> String {
        if feature == "pclmuldq" { return "pclmulqdq" }
        return feature.replacing(byte: "_", with: "-")
    }

    /// Where Linux's name is another.
    private static let flags = [
        "pclmulqdq": "pclmuldq", "sse4_1": "sse4.1", "sse4_2": "sse4.2", "tsc_deadline_timer": "tsc-deadline",
        "cr8_legacy": "cr8legacy", "nonstop_tsc": "invtsc", "avx512_vnni": "avx512vnni",
        "avx512_bitalg": "avx512bitalg", "avx512_vbmi2": "avx512vbmi2", "cqm": "cmt", "intel_pt": "intel-pt",
    ]

    /// Where QEMU's name is another, or one of several.
    private static let properties = [
        "pclmulqdq": "pclmuldq", "sse4-1": "sse4.1", "sse4-2": "sse4.2", "sse4_1": "sse4.1",
        "sse4_2": "sse4.2",
        "sse3": "pni", "ffxsr": "fxsr_opt", "i64": "lm", "xd": "nx",
    ]
}
