/// How the kernel merges equal pages of memory (KSM), by the names of its files in `/sys/kernel/mm/ksm`.
public struct PageMergingFacts: Sendable {
    private let files: SystemFiles

    /// nil where the kernel can't merge pages.
    public init?(root: String = "/sys/kernel/mm/ksm") {
        guard FileSystem.exists(root) else { return nil }
        files = SystemFiles(root: root)
    }

    /// The number in one of the files, such as `pages_shared`.
    public func number(_ name: String) -> UInt64? { files.number(name).map { UInt64(clamping: $0) } }

    /// Changes one of them.
    public static func set(_ name: String, _ value: UInt32, root: String = "/sys/kernel/mm/ksm")
        throws(SystemError)
    {
        try FileSystem.open("\(root)/\(name)", .writeOnly).writeAll("\(value)".utf8)
    }
}
