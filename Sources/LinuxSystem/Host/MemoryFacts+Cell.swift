extension MemoryFacts {
    /// The memory of one cell; nil where there is no such cell. The kernel answers at once.
    public init?(cell: Int, root: String = "/sys/devices/system") {
        guard let text = SystemFiles(root: root).text("node/node\(cell)/meminfo") else { return nil }
        self.init(text: text)
    }

    /// The numbers of the machine's cells; `[0]` where the kernel tells of none.
    public static func cells(root: String = "/sys/devices/system") -> [Int] {
        SystemFiles(root: root).numbers("node/online") ?? [0]
    }

    /// How many pages of a size (in KiB) are free in a cell; nil where it has none of that size.
    public static func freePages(ofSize size: Int, cell: Int, root: String = "/sys/devices/system") -> UInt64?
    {
        if size == Host.pageSize / 1024 {
            let free = MemoryFacts(cell: cell, root: root)?.free ?? (try? MemoryFacts())?.free
            return free.map { $0 / UInt64(max(1, size)) }
        }
        let path = "node/node\(cell)/hugepages/hugepages-\(size)kB/free_hugepages"
        return SystemFiles(root: root).number(path).map { UInt64(clamping: $0) }
    }

    /// How many pages of a size (in KiB) there are in a cell, or in the machine; nil where it has none of that size.
    public static func pagePool(ofSize size: Int, cell: Int?) -> UInt64? {
        guard let text = try? FileSystem.readText(poolFile(size, cell), limit: 64) else { return nil }
        return UInt64(text.trimmingEnd())
    }

    /// Has the kernel make or give up pages.
    public static func setPagePool(ofSize size: Int, cell: Int?, to count: UInt64) throws(SystemError) {
        try FileSystem.open(poolFile(size, cell), .writeOnly).writeAll("\(count)".utf8)
    }

    private static func poolFile(_ size: Int, _ cell: Int?) -> String {
        let folder = cell.map { "/sys/devices/system/node/node\($0)" } ?? "/sys/kernel/mm"
        return "\(folder)/hugepages/hugepages-\(size)kB/nr_hugepages"
    }
}
