import ByteText
import Roost
import Virt
import XMLBinding

extension Command {
    static let cpuCompare = Command(
        "cpu-compare", "compare host CPU with a CPU described by an XML file",
        description: "compare CPU with host CPU", options: [cpuFile] + comparison
    ) { session, arguments in
        let path = try arguments.required("file")
        guard let cpu = try await session.cpus(in: path).first else { return }
        let connection = try await session.connected()
        let result = try await explaining("Failed to compare host CPU with \(path)") {
            try await connection.compareCPU(xml: cpu, flags: arguments.comparisonFlags)
        }
        try session.tell(result, of: path, "host CPU", "Host CPU")
    }

    static let hypervisorCPUCompare = Command(
        "hypervisor-cpu-compare", "compare a CPU with the CPU created by a hypervisor on the host",
        description: "compare CPU with hypervisor CPU", options: [cpuFile] + hypervisor + comparison
    ) { session, arguments in
        let path = try arguments.required("file")
        guard let cpu = try await session.cpus(in: path).first else { return }
        let connection = try await session.connected()
        let (emulator, arch) = (try arguments.string("emulator"), try arguments.string("arch"))
        let (machine, type) = (try arguments.string("machine"), try arguments.string("virttype"))
        let result = try await explaining("Failed to compare hypervisor CPU with \(path)") {
            try await connection.compareHypervisorCPU(
                emulator: emulator, arch: arch, machine: machine, virttype: type, xmlCPU: cpu,
                flags: arguments.comparisonFlags)
        }
        let provided = "CPU provided by hypervisor on the host"
        try session.tell(result, of: path, "the " + provided, "The " + provided)
    }

    static let hypervisorCPUModels = Command(
        "hypervisor-cpu-models", "Hypervisor reported CPU models",
        description: "List the CPU models that guests of a hypervisor can have on this host.",
        options: hypervisor + [
            .flag("all", "include all CPU models known to the hypervisor for the architecture")
        ]
    ) { session, arguments in
        let connection = try await session.connected()
        let capabilities = try await explaining("failed to get hypervisor CPU model names") {
            try await connection.domainCapabilities(
                emulatorbin: arguments.string("emulator"), arch: arguments.string("arch"),
                machine: arguments.string("machine"), virttype: arguments.string("virttype"), flags: [])
        }
        let usable = arguments.has("all") ? "" : "[@usable='yes']"
        let models = try XMLQuery(capabilities).strings(
            "/domainCapabilities/cpu/mode[@name='custom']/model\(usable)")
        session.output.print(models.map { $0 + "\n" }.joined())
    }

    static let cpuBaseline = Command(
        "cpu-baseline", "compute baseline CPU", description: "Compute baseline CPU for a set of given CPUs.",
        options: [cpuFile] + baseline
    ) { session, arguments in
        let cpus = try await session.cpus(in: try arguments.required("file"))
        let connection = try await session.connected()
        session.output.print(
            try await connection.baselineCPU(xmlCPUs: cpus, flags: arguments.baselineFlags))
    }

    static let hypervisorCPUBaseline = Command(
        "hypervisor-cpu-baseline", "compute baseline CPU usable by a specific hypervisor",
        description: "Compute baseline CPU for a set of given CPUs, tailored to the hypervisor.",
        options: [.value("file", "file containing XML CPU descriptions", complete: .path)] + hypervisor
            + baseline
            + [.value("model", "a CPU model instead of a file")]
    ) { session, arguments in
        let cpus = try await session.describedCPUs(arguments)
        let connection = try await session.connected()
        session.output.print(
            try await connection.baselineHypervisorCPU(
                emulator: arguments.string("emulator"), arch: arguments.string("arch"),
                machine: arguments.string("machine"), virttype: arguments.string("virttype"), xmlCPUs: cpus,
                flags: arguments.baselineFlags))
    }

    private static let cpuFile = CommandOption.required(
        "file", "file containing an XML CPU description", complete: .path)
    private static let comparison: [CommandOption] = [
        .flag("error", "report error if CPUs are incompatible"),
        .flag("validate", "validate the XML document against schema"),
    ]
    private static let baseline: [CommandOption] = [
        .flag("features", "Show features that are part of the CPU model type"),
        .flag("migratable", "Do not include features that block migration"),
    ]
    private static let hypervisor: [CommandOption] = [
        .value("virttype", "virtualization type (/domain/@type)"),
        .value("emulator", "path to emulator binary (/domain/devices/emulator)", complete: .path),
        .value("arch", "CPU architecture (/domain/os/type/@arch)"),
        .value("machine", "machine type (/domain/os/type/@machine)"),
    ]
}

extension Arguments {
    fileprivate var comparisonFlags: ConnectCompareCPUFlags {
        var flags: ConnectCompareCPUFlags = []
        if has("error") { flags.insert(.failIncompatible) }
        if has("validate") { flags.insert(.validateXML) }
        return flags
    }

    fileprivate var baselineFlags: ConnectBaselineCPUFlags {
        var flags: ConnectBaselineCPUFlags = []
        if has("features") { flags.insert(.expandFeatures) }
        if has("migratable") { flags.insert(.migratable) }
        return flags
    }
}

extension Session {
    /// The CPUs in a file: bare ones, and those of domains and of hosts' and domains' capabilities.
    fileprivate func cpus(in path: String) async throws -> [String] {
        let text = try await read(file: path)
        // Several may stand one after the other.
        let body = text.hasBytePrefix("<?xml") ? String(text.cut(atByte: ">")?.after ?? "") : text
        let container = "<container>" + body + "</container>"
        do throws(XMLError) { _ = try XMLDocument(container) } catch { throw Failure(error.message) }
        let query = try XMLQuery(container)
        let places = ["cpu", "domain/cpu", "capabilities/host/cpu"].map { "/container/\($0)" }
        let found = try query.nodes(places.joined(separator: "|")).map { $0.xml() }
        guard found.isEmpty else { return found }
        throw Failure(
            "File '\(path)' does not contain any <cpu> element or valid domain XML, host capabilities XML, "
                + "or domain capabilities XML")
    }

    fileprivate func describedCPUs(_ arguments: Arguments) async throws -> [String] {
        if let model = try arguments.string("model") {
            let isPlain = model.consistsOfAlphanumerics(or: "-_.+")
            guard isPlain else { throw Failure("internal error: Unknown CPU model \(model)") }
            return ["<cpu><model>\(model)</model></cpu>"]
        }
        guard let path = try arguments.string("file") else {
            throw Failure("either --file or --model is needed")
        }
        return try await cpus(in: path)
    }

    /// Prints how CPUs compare; fails where the host can't run it.
    fileprivate func tell(_ result: Int32, of path: String, _ host: String, _ atStart: String) throws {
        switch result {
        case 1: output.print("CPU described in \(path) is identical to \(host)\n")
        case 2: output.print("\(atStart) is a superset of CPU described in \(path)\n")
        default:
            output.print("CPU described in \(path) is incompatible with \(host)\n")
            throw Failure(lines: [])
        }
    }
}
