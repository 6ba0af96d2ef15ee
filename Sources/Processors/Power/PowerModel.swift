import ByteText

/// The models of POWER processors that documents use.
public enum PowerModel {
    /// From the oldest to the youngest, then those of embedded systems.
    public static let names = [
        "POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWER11", "POWERPC_e5500", "POWERPC_e6500",
    ]

    /// The model that a name of older documents stands for, such as `POWER7_v2.3` or `power8e`; nil if none.
    public static func name(_ text: String) -> String? {
        if names.contains(text) { return text }
        var plain = (text.cut(atByte: "_")?.before ?? text[...]).uppercased()
        while let shorter = plain.droppingByteSuffix("+") ?? plain.droppingByteSuffix("E") {
            plain = String(shorter)
        }
        return names.contains(plain) ? plain : nil
    }
}
