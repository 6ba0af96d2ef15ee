import PublishedData

/// The published CPUs that the models are measured against.
enum Corpus {
    private static let folder = "cpu/cputestdata"

    static let names: [String] = Published.names(in: folder)

    static func bytes(_ name: String) -> [UInt8]? { Published.bytes("\(folder)/\(name)") }

    /// A file's text without comments.
    static func text(_ name: String) -> String? {
        Published.text("\(folder)/\(name)")?.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("<!--") }.joined(separator: "\n")
    }
}
