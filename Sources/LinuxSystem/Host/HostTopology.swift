import ByteText
import CLinux

/// The machine's processors and memory cells, as `/sys/devices/system` tells them.
public struct HostTopology: Hashable, Sendable {
    public struct Processor: Hashable, Sendable {
        public let number: Int
        public let socket: Int
        public let die: Int
        public let core: Int
        /// Every processor of the same core, this one among them.
        public let siblings: [Int]
    }

    public struct Cell: Hashable, Sendable {
        public let number: Int
        /// KiB.
        public let memory: UInt64
        public let processors: [Processor]
        /// Distance to every cell, by number.
        public let distances: [Int: Int]
        /// How many pages there are, by size in KiB; the usual size among them.
        public let pages: [Int: UInt64]
    }

    public let cells: [Cell]
    /// How many processors there can be, online or not.
    public let possibleProcessors: Int
    /// Those that work now.
    public let onlineProcessors: [Int]

    /// Reads it below `root`, which is `/sys/devices/system` but for tests. Some hundred small files: call it
    /// within `Blocking.run`.
    public init(root: String = "/sys/devices/system") throws(SystemError) {
        let files = SystemFiles(root: root)
        let present = files.numbers("cpu/present")
        let online = Self.onlineProcessors(files)
        possibleProcessors = present?.count ?? online.count
        onlineProcessors = online
        let nodes = files.numbers("node/online") ?? []
        let isOnline = Set(online)
        if nodes.isEmpty {
            cells = [try Self.wholeMachine(files, online)]
        } else {
            cells = nodes.map { Self.cell($0, of: nodes, files, isOnline) }
        }
    }

    /// Those that work now, alone: one small file.
    public static var onlineProcessors: [Int] { onlineProcessors(SystemFiles(root: "/sys/devices/system")) }

    private static func onlineProcessors(_ files: SystemFiles) -> [Int] {
        files.numbers("cpu/online") ?? files.numbers("cpu/present") ?? []
    }

    private static func wholeMachine(_ files: SystemFiles, _ online: [Int]) throws(SystemError) -> Cell {
        let memory = try MemoryFacts().total
        return Cell(
            number: 0, memory: memory, processors: online.map { processor($0, files) }, distances: [0: 10],
            pages: pages(memory: memory, huge: [:]))
    }

    private static func cell(
        _ number: Int, of nodes: [Int], _ files: SystemFiles, _ online: Set<Int>
    ) -> Cell {
        let folder = "node/node\(number)"
        let memory = files.text("\(folder)/meminfo").map { MemoryFacts(text: $0).total } ?? 0
        let processors = (files.numbers("\(folder)/cpulist") ?? []).filter(online.contains)
        let distances = files.text("\(folder)/distance")?.splitAtBlanks().compactMap {
            Int($0)
        }
        return Cell(
            number: number, memory: memory, processors: processors.map { processor($0, files) },
            distances: Dictionary(zip(nodes, distances ?? []), uniquingKeysWith: { first, _ in first }),
            pages: pages(memory: memory, huge: files.hugePages("\(folder)/hugepages")))
    }

    private static func processor(_ number: Int, _ files: SystemFiles) -> Processor {
        let folder = "cpu/cpu\(number)/topology"
        return Processor(
            number: number, socket: max(0, files.number("\(folder)/physical_package_id") ?? 0),
            die: max(0, files.number("\(folder)/die_id") ?? 0),
            core: files.number("\(folder)/core_id") ?? number,
            siblings: files.numbers("\(folder)/thread_siblings_list") ?? [number])
    }

    /// The usual pages are what the huge ones leave.
    private static func pages(memory: UInt64, huge: [Int: UInt64]) -> [Int: UInt64] {
        let size = Host.pageSize / 1024
        let taken = huge.reduce(UInt64(0)) { $0 &+ UInt64(clamping: $1.key) &* $1.value }
        var pages = huge
        pages[size] = (memory > taken ? memory - taken : 0) / UInt64(max(1, size))
        return pages
    }
}
