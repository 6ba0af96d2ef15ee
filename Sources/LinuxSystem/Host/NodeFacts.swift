import ByteText

/// The machine in eight numbers, as `virNodeGetInfo` gives them.
public struct NodeFacts: Hashable, Sendable {
    /// The architecture, such as `x86_64`.
    public let model: String
    /// Memory of all cells in KiB.
    public let memory: UInt64
    /// Processors that work now.
    public let processors: Int
    /// Their frequency in MHz; 0 when unknown.
    public let frequency: Int
    public let cells: Int
    /// Sockets in each cell.
    public let sockets: Int
    /// Cores in each socket.
    public let cores: Int
    /// Threads in each core.
    public let threads: Int

    /// Asks the running machine. Call it within `Blocking.run`.
    public init() throws(SystemError) {
        self.init(
            model: KernelFacts().machine, topology: try HostTopology(), frequency: Self.frequency())
    }

    /// Counts what `topology` has. Where the parts are not all alike, so that the product of the numbers
    /// would be wrong, all processors count as the cores of one socket.
    init(model: String, topology: HostTopology, frequency: Int) {
        self.model = model
        memory = topology.cells.reduce(0) { $0 &+ $1.memory }
        self.frequency = frequency
        processors = topology.onlineProcessors.count
        let all = topology.cells.flatMap(\.processors)
        let cells = topology.cells.count
        let sockets = topology.cells.map { Set($0.processors.map(\.socket)).count }.max() ?? 1
        let perSocket = Dictionary(grouping: all) { $0.socket }.values
        let cores = perSocket.map { Set($0.map { [$0.die, $0.core] }).count }.max() ?? 1
        let threads = all.map(\.siblings.count).max() ?? 1
        let isRegular = cells * sockets * cores * threads == topology.possibleProcessors
        self.cells = isRegular ? cells : 1
        self.sockets = isRegular ? sockets : 1
        self.cores = isRegular ? cores : topology.possibleProcessors
        self.threads = isRegular ? threads : 1
    }

    /// The first processor's, from `/proc/cpuinfo`, in whole MHz.
    static func frequency() -> Int {
        let text = (try? FileSystem.readText("/proc/cpuinfo", limit: 16 << 20)) ?? ""
        return frequency(in: text)
    }

    static func frequency(in text: String) -> Int {
        for line in text.split(atByte: "\n")
        where line.hasBytePrefix("cpu MHz") || line.hasBytePrefix("clock") {
            let value = line.split(atByte: ":").last.flatMap { $0.split(atByte: " ").first }
            return value?.split(atByte: ".").first.flatMap { Int($0) } ?? 0
        }
        return 0
    }
}
