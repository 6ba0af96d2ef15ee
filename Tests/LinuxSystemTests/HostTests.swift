import Glibc
import Testing

@testable import LinuxSystem

@Suite struct HostTests {
    @Test(
        "the kernel's lists of numbers",
        arguments: [
            ("0-3,8\n", [0, 1, 2, 3, 8]), ("", []), ("5", [5]), ("0-1,x,7", [0, 1]), ("3-1", []),
        ])
    func lists(text: String, numbers: [Int]) {
        #expect(NumberList.parse(text) == numbers)
    }

    @Test("this machine has memory, a processor and a name")
    func thisMachine() throws {
        let node = try NodeFacts()
        #expect(node.memory > 0)
        #expect(node.processors > 0)
        #expect(node.model == KernelFacts().machine)
        #expect(try MemoryFacts().total > 0)
        #expect(ProcessorFacts.usableCount <= node.processors)
        #expect(!KernelFacts().hostName.isEmpty)
        #expect(Host.pageSize >= 4096)
        #expect(try !Host.bootIdentity().isEmpty)
    }

    @Test("frequency and features are read from the kernel's text")
    func processorText() throws {
        let text =
            "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\ncpu MHz\t\t: 2445.424\n"
            + "flags\t\t: fpu vme\n\nprocessor\t: 1\nvendor_id\t: Other\n"
        #expect(NodeFacts.frequency(in: text) == 2445)
        let facts = ProcessorFacts(text: text)
        #expect(facts.vendor == "AuthenticAMD")
        #expect(facts.family == 25)
        #expect(facts.flags == ["fpu", "vme"])
    }

    @Test("two cells with two sockets, four cores and two threads each are told apart")
    func topology() throws {
        let folder = try Folder()
        try write(machine: folder.path, cells: 2, sockets: 2, cores: 4, threads: 2)
        let topology = try HostTopology(root: folder.path)
        #expect(topology.cells.count == 2)
        #expect(topology.cells.first?.memory == 1_048_576)
        #expect(topology.cells.first?.distances == [0: 10, 1: 20])
        #expect(topology.cells.first?.pages == [4: 262_144 - 512, 2048: 1])
        let node = NodeFacts(model: "x86_64", topology: topology, frequency: 0)
        #expect(node.processors == 32)
        #expect([node.cells, node.sockets, node.cores, node.threads] == [2, 2, 4, 2])
        #expect(node.memory == 2_097_152)
    }

    @Test("parts that are not alike count as the cores of one socket")
    func irregular() throws {
        let folder = try Folder()
        try write(machine: folder.path, cells: 1, sockets: 1, cores: 3, threads: 2)
        try FileSystem.replace(folder.path + "/cpu/cpu5/topology/thread_siblings_list", with: "5")
        try FileSystem.replace(folder.path + "/cpu/present", with: "0-6")
        let node = NodeFacts(
            model: "x86_64", topology: try HostTopology(root: folder.path), frequency: 0)
        #expect([node.cells, node.sockets, node.cores, node.threads] == [1, 1, 7, 1])
    }

    private func write(machine root: String, cells: Int, sockets: Int, cores: Int, threads: Int) throws {
        let perCell = sockets * cores * threads
        func file(_ path: String, _ text: String) throws {
            try FileSystem.makeDirectory(FileSystem.parent(of: "\(root)/\(path)") ?? "/", parents: true)
            try FileSystem.replace("\(root)/\(path)", with: text + "\n")
        }
        try file("cpu/present", "0-\(cells * perCell - 1)")
        try file("cpu/online", "0-\(cells * perCell - 1)")
        try file("node/online", cells == 1 ? "0" : "0-\(cells - 1)")
        for cell in 0..<cells {
            try file("node/node\(cell)/meminfo", "Node \(cell) MemTotal: 1048576 kB")
            try file("node/node\(cell)/cpulist", "\(cell * perCell)-\((cell + 1) * perCell - 1)")
            try file(
                "node/node\(cell)/distance",
                (0..<cells).map { $0 == cell ? "10" : "20" }.joined(separator: " "))
            try file("node/node\(cell)/hugepages/hugepages-2048kB/nr_hugepages", "1")
        }
        for number in 0..<cells * perCell {
            let core = number / threads
            let folder = "cpu/cpu\(number)/topology"
            try file("\(folder)/physical_package_id", "\(core / cores)")
            try file("\(folder)/core_id", "\(core % cores)")
            try file("\(folder)/thread_siblings_list", "\(core * threads)-\((core + 1) * threads - 1)")
        }
    }

    @Test("random bytes differ, and come in the number asked for")
    func random() {
        #expect(Random.bytes(32) != Random.bytes(32))
        #expect(Random.bytes(0).isEmpty)
        #expect(Random.hexadecimal(bytes: 6).count == 12)
    }

    @Test("users and groups are found by name and number, and the unknown is nil")
    func accounts() throws {
        let root = try #require(try UserAccount.named("root"))
        #expect(root.id == 0)
        #expect(try UserAccount.withID(0)?.name == "root")
        #expect(root.groups().contains(0))
        #expect(try UserAccount.named("no-such-user") == nil)
        #expect(try GroupAccount.withID(0)?.name == "root")
        #expect(try GroupAccount.named("root")?.id == 0)
        #expect(try GroupAccount.named("no-such-group") == nil)
    }

    @Test("durations too long or negative are bounded, and milliseconds are rounded up")
    func durations() {
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(-5).wholeNanoseconds == 0)
        #expect(Duration.nanoseconds(1).pollMilliseconds == 1)
        #expect(Duration.seconds(Int64.max).pollMilliseconds == .max)
        #expect(MonotonicTime.now.advanced(by: .seconds(Int64.max)).nanoseconds == .max)
    }
}
