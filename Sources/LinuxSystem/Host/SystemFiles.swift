import ByteText

/// Small files below one folder of `/sys`, each with one fact.
struct SystemFiles {
    let root: String

    func text(_ path: String) -> String? {
        try? FileSystem.readText("\(root)/\(path)", limit: 1 << 16).trimmingEnd()
    }

    func number(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

    func numbers(_ path: String) -> [Int]? { text(path).map(NumberList.parse) }

    /// Huge pages by size in KiB, from folders such as `hugepages-2048kB`.
    func hugePages(_ path: String) -> [Int: UInt64] {
        var pages: [Int: UInt64] = [:]
        for name in (try? FileSystem.names(in: "\(root)/\(path)")) ?? [] {
            guard let digits = name.droppingBytePrefix("hugepages-")?.droppingByteSuffix("kB"),
                let size = Int(digits), size > 0,
                let count = number("\(path)/\(name)/nr_hugepages")
            else { continue }
            pages[size] = UInt64(clamping: count)
        }
        return pages
    }
}
