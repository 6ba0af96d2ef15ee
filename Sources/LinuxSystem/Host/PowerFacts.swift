import ByteText

/// The ways in which the machine can sleep, in the kernel's words.
public struct PowerFacts: Hashable, Sendable {
    public let suspendsToMemory: Bool
    public let suspendsToDisk: Bool
    public let suspendsToBoth: Bool

    /// Reads them now. The kernel answers at once.
    public init(root: String = "/sys/power") {
        let files = SystemFiles(root: root)
        let states = (files.text("state") ?? "").split(atByte: " ")
        let disk = (files.text("disk") ?? "").replacing(byte: "[", with: " ").replacing(byte: "]", with: " ")
            .splitAtBlanks()
        suspendsToMemory = states.contains("mem")
        suspendsToDisk = states.contains("disk") && !disk.isEmpty && disk != ["disabled"]
        suspendsToBoth = suspendsToMemory && suspendsToDisk && disk.contains("suspend")
    }
}
