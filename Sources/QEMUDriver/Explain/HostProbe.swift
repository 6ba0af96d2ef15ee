import ByteText
import Explanation
import HostKit
import LinuxSystem
import QEMUModel

/// What is to be seen on the host of a guest that runs, or would run. Everything here may wait.
struct HostProbe: Sendable {
    /// The guest's process; nil for one that doesn't run.
    let process: Int32?
    /// The folders that are made for the guest when it starts.
    var folders: [String] = []
    /// The files that were given to the guest's user.
    var ownerships: [FileOwnership] = []
    /// What serves the guest beside QEMU.
    var helpers: [HostHelper] = []
    /// What the numbers of QEMU's open files stand for.
    private let descriptors: [Int: String]
    private let threads: [GuestThread]
    let cgroup: String?

    init(process: Int32?) {
        self.process = process
        let proc = process.map { "/proc/\($0)" }
        descriptors = proc.map(Self.descriptors) ?? [:]
        threads = proc.map(GuestThread.all) ?? []
        cgroup = proc.flatMap(Self.cgroup)
    }

    private static func descriptors(_ proc: String) -> [Int: String] {
        let numbers = ((try? FileSystem.names(in: proc + "/fd")) ?? []).compactMap { Int($0) }
        let pairs = numbers.compactMap { number -> (Int, String)? in
            guard let name = try? FileSystem.readLink("\(proc)/fd/\(number)") else { return nil }
            return (number, tap(proc, number).map { "tap \($0)" } ?? name)
        }
        return Dictionary(pairs) { $1 }
    }

    /// The host's interface that a descriptor of a tap belongs to.
    private static func tap(_ proc: String, _ number: Int) -> String? {
        guard let text = try? FileSystem.readText("\(proc)/fdinfo/\(number)") else { return nil }
        return text.split(atByte: "\n").lazy.compactMap { $0.droppingBytePrefix("iff:") }.first?
            .removingBlanks()
    }

    /// The group of the process in the unified hierarchy, or in the first that there is.
    private static func cgroup(_ proc: String) -> String? {
        guard let text = try? FileSystem.readText(proc + "/cgroup") else { return nil }
        let lines = text.split(atByte: "\n")
        let line = lines.first { $0.hasBytePrefix("0::") } ?? lines.first
        return line?.split(atByte: ":", maxSplits: 2, omittingEmptySubsequences: false).last.map {
            String($0)
        }
    }

    // MARK: Elements

    /// What an element has of the host, as its arguments and its document say.
    func facts(of node: DocumentNode, _ arguments: [[String]]) -> [DomainExplanation.HostFact] {
        var found: [DomainExplanation.HostFact] = []
        for reference in arguments.flatMap(HostReference.all) {
            let fact = self.fact(reference)
            if !found.contains(fact) { found.append(fact) }
        }
        found += helpers.filter { $0.serves(node, arguments) }.map(\.fact)
        return found + ports(of: node) + threads(of: node) + limits(of: node)
    }

    private func fact(_ reference: HostReference) -> DomainExplanation.HostFact {
        switch reference {
        case .path(let path): file(path)
        case .descriptor(let number):
            .init(
                "descriptor", "\(number)",
                process == nil ? "opened when the guest starts" : descriptors[number])
        }
    }

    private func file(_ path: String) -> DomainExplanation.HostFact {
        let given = ownerships.first { $0.path == path }.map {
            "owned by \(Accounts.text($0.owner.user, $0.owner.group)) while no guest has it"
        }
        guard let status = try? FileSystem.status(of: path) else {
            let isMade = process == nil && folders.contains { path.hasBytePrefix($0 + "/") || path == $0 }
            return isMade ? .init("file", path, "made when the guest starts") : .init("missing", path)
        }
        let open = descriptors.filter { $0.value == path }.map(\.key).sorted()
        let parts = [
            status.kind == .regular ? Self.size(status.size) : nil,
            "\(Accounts.text(status.user, status.group)) \(String(status.mode, radix: 8))", given,
            open.isEmpty ? nil : "open as descriptor " + open.map { "\($0)" }.joined(separator: ", "),
        ]
        return .init(Self.word(status.kind), path, parts.compactMap { $0 }.joined(separator: ", "))
    }

    private static func word(_ kind: FileStatus.Kind) -> String {
        switch kind {
        case .directory: "folder"
        case .socket: "socket"
        case .blockDevice, .characterDevice: "device"
        case .regular, .symbolicLink, .pipe, .unknown: "file"
        }
    }

    private static func size(_ bytes: UInt64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0
            ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    private func ports(of node: DocumentNode) -> [DomainExplanation.HostFact] {
        guard node.name == "graphics" else { return [] }
        return [("port", nil), ("tlsPort", "TLS"), ("websocket", "websocket")].compactMap { name, detail in
            guard let port = node.attribute(name), Int(port) ?? -1 > 0 else { return nil }
            let parts = [detail, process == nil ? "assumed: a start takes one that is free" : nil].compactMap
            { $0 }
            return .init("port", port, parts.isEmpty ? nil : parts.joined(separator: ", "))
        }
    }

    private func threads(of node: DocumentNode) -> [DomainExplanation.HostFact] {
        let prefix: String
        switch node.name {
        case "vcpu": prefix = "CPU "
        case "iothreads": prefix = "IO iothread"
        case "iothread": prefix = "IO iothread\(node.attribute("id") ?? "")"
        default: return []
        }
        let meant = threads.filter { $0.name.hasBytePrefix(prefix) }
        return meant.map { .init("thread", "\($0.id)", "\($0.name), on CPUs \($0.cpus)") }
    }

    /// The files of the guest's group that say what an element asks for.
    private static let limits = [
        "cputune": ["cpu.weight", "cpu.max"], "blkiotune": ["io.weight", "io.max"],
        "memtune": ["memory.max", "memory.high", "memory.swap.max"], "numatune": ["cpuset.mems"],
        "resource": [],
    ]

    private func limits(of node: DocumentNode) -> [DomainExplanation.HostFact] {
        guard let files = Self.limits[node.name], let cgroup else { return [] }
        return [.init("cgroup", cgroup)]
            + files.compactMap { name in
                let path = "/sys/fs/cgroup\(cgroup)/\(name)"
                guard let text = try? FileSystem.readText(path) else { return nil }
                return .init("cgroup", name, text.split(atByte: "\n").joined(separator: "; "))
            }
    }

    // MARK: The guest as a whole

    /// What the guest as a whole has of the host: the file that QEMU writes to, what arguments of Roost's own name.
    ///
    /// - Parameter known: what has been told of elements already.
    func facts(
        log: String, _ own: [[String]], without known: Set<DomainExplanation.HostFact>
    ) -> [DomainExplanation.HostFact] {
        var found = own.flatMap(HostReference.all).map(fact)
        found += helpers.map(\.fact).filter { !known.contains($0) }
        if let process {
            found.append(.init("process", "\(process)", owner(of: process)))
            if let label = label(of: process) { found.append(.init("label", label)) }
            if let cgroup { found.append(.init("cgroup", cgroup)) }
            let others = threads.filter {
                !$0.name.hasBytePrefix("CPU ") && !$0.name.hasBytePrefix("IO iothread")
            }
            found += others.map { .init("thread", "\($0.id)", "\($0.name), on CPUs \($0.cpus)") }
            for folder in folders where FileSystem.exists(folder) { found.append(file(folder)) }
        }
        if process != nil || FileSystem.exists(log) { found.append(.init("log", log)) }
        return found
    }

    private func owner(of process: Int32) -> String? {
        (try? FileSystem.status(of: "/proc/\(process)")).map { "runs as " + Accounts.text($0.user, $0.group) }
    }

    private func label(of process: Int32) -> String? {
        guard let text = try? FileSystem.readText("/proc/\(process)/attr/current") else { return nil }
        let label = text.replacing(byte: "\n", with: "").replacing(byte: "\0", with: "")
        return label.isEmpty || label == "unconfined" ? nil : label
    }
}
