import ByteText
import Roost
import Virt

/// What a guest may have of its host.
extension Command {
    static let memtune = Command(
        "memtune", "Get or set memory parameters",
        description: "Print or set how much of the host's memory a guest may use.",
        options: [
            .domain,
            .value("hard-limit", "Max memory, as scaled integer (default KiB)", type: .number),
            .value("soft-limit", "Memory during contention, as scaled integer (default KiB)", type: .number),
            .value(
                "swap-hard-limit", "Max memory plus swap, as scaled integer (default KiB)", type: .number),
            .value(
                "min-guarantee", "Min guaranteed memory, as scaled integer (default KiB)", type: .number),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        var wanted: [TypedParameter] = []
        for name in ["hard-limit", "soft-limit", "swap-hard-limit", "min-guarantee"] {
            guard let value = try arguments.memoryLimit(name) else { continue }
            wanted.append(TypedParameter(name.replacing(bytesOf: "-", with: "_"), .ullong(value)))
        }
        if !wanted.isEmpty {
            return try await explaining("Unable to change memory parameters") {
                try await domain.setMemoryParameters(parameters: wanted, flags: impact)
            }
        }
        let found = try await explaining("Unable to get number of memory parameters") {
            try await domain.memoryParameters(flags: impact)
        }
        for one in found {
            let isUnlimited = one.value == .ullong(9_007_199_254_740_991)
            session.output.print(parameter: one.field, isUnlimited ? "unlimited" : one.value.text)
        }
    }

    static let blkiotune = Command(
        "blkiotune", "Get or set blkio parameters",
        description: "Print or set how much of the host's disks a guest may use.",
        options: [.domain, .value("weight", "IO Weight", type: .number)]
            + diskLimits.map { .value($0.name, $0.help) } + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        var wanted: [TypedParameter] = []
        if let weight: Int32 = try arguments.number("weight") {
            guard let weight = UInt32(exactly: weight), weight > 0 else {
                throw Failure("Invalid value of \(weight) for I/O weight")
            }
            wanted.append(TypedParameter("weight", .uint(weight)))
        }
        for limit in diskLimits {
            guard let text = try arguments.string(limit.name) else { continue }
            wanted.append(TypedParameter(limit.field, .string(text)))
        }
        if !wanted.isEmpty {
            return try await explaining("Unable to change blkio parameters") {
                try await domain.setBlkioParameters(parameters: wanted, flags: impact)
            }
        }
        let found = try await explaining("Unable to get number of blkio parameters") {
            try await domain.blkioParameters(flags: impact.union(understandsText))
        }
        for one in found { session.output.print(parameter: one.field, one.value.text) }
    }

    static let numatune = Command(
        "numatune", "Get or set numa parameters",
        description: "Print or set which of the host's memory a guest's is taken from.",
        options: [
            .domain,
            .value(
                "mode",
                "NUMA mode, one of strict, preferred and interleave or a number from the virDomainNumatuneMemMode enum",
                complete: .words(numaModes)),
            .value("nodeset", "NUMA node selections to set"),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        var wanted: [TypedParameter] = []
        if let nodes = try arguments.string("nodeset") {
            wanted.append(TypedParameter("numa_nodeset", .string(nodes)))
        }
        if let text = try arguments.string("mode") {
            guard let mode = numaModes.firstIndex(of: text).map({ Int32($0) }) ?? Int32(text) else {
                throw Failure("Invalid mode: \(text)")
            }
            wanted.append(TypedParameter("numa_mode", .int(mode)))
        }
        if !wanted.isEmpty {
            return try await explaining("Unable to change numa parameters") {
                try await domain.setNumaParameters(parameters: wanted, flags: impact)
            }
        }
        let found = try await explaining("Unable to get numa parameters") {
            try await domain.numaParameters(flags: impact.union(understandsText))
        }
        for one in found {
            guard case .int(let number) = one.value else {
                session.output.print(parameter: one.field, one.value.text)
                continue
            }
            let isKnown = numaModes.indices.contains(Int(number))
            session.output.print(parameter: one.field, isKnown ? numaModes[Int(number)] : "?")
        }
    }

    static let perf = Command(
        "perf", "Get or set perf event",
        description: "Print or choose which counters of the host's processors are kept for a guest.",
        options: [
            .domain, .value("enable", "perf events which will be enabled"),
            .value("disable", "perf events which will be disabled"),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        var wanted: [TypedParameter] = []
        for (option, isOn) in [("enable", true), ("disable", false)] {
            for name in try (arguments.string(option) ?? "").split(atByte: ",") {
                wanted.append(TypedParameter(String(name), .boolean(isOn)))
            }
        }
        let found: [TypedParameter]
        if wanted.isEmpty {
            found = try await explaining("Unable to get perf events") {
                try await domain.perfEvents(flags: impact)
            }
        } else {
            try await explaining("Unable to enable/disable perf events") {
                try await domain.setPerfEvents(parameters: wanted, flags: impact)
            }
            found = wanted
        }
        for one in found {
            session.output.print(parameter: one.field, one.value == .boolean(true) ? "enabled" : "disabled")
        }
    }
}

/// That parameters may be text: libvirt leaves those out otherwise (`VIR_TYPED_PARAM_STRING_OKAY`).
let understandsText = DomainModificationImpact(rawValue: 4)

private let numaModes = ["strict", "preferred", "interleave", "restrictive"]

private let diskLimits: [(name: String, field: String, help: String)] = [
    (
        "device-weights", "device_weight",
        "per-device IO Weights, in the form of /path/to/device,weight,..."
    ),
    (
        "device-read-iops-sec", "device_read_iops_sec",
        "per-device read I/O limit per second, in the form of /path/to/device,read_iops_sec,..."
    ),
    (
        "device-write-iops-sec", "device_write_iops_sec",
        "per-device write I/O limit per second, in the form of /path/to/device,write_iops_sec,..."
    ),
    (
        "device-read-bytes-sec", "device_read_bytes_sec",
        "per-device bytes read per second, in the form of /path/to/device,read_bytes_sec,..."
    ),
    (
        "device-write-bytes-sec", "device_write_bytes_sec",
        "per-device bytes wrote per second, in the form of /path/to/device,write_bytes_sec,..."
    ),
]

extension Output {
    /// A parameter on a line of its own.
    func print(parameter name: String, _ value: String) {
        print("\(name.padded(to: 15)): \(value)\n")
    }
}

extension Arguments {
    /// A limit of memory in KiB; a negative number is none.
    fileprivate func memoryLimit(_ name: String) throws(Failure) -> UInt64? {
        guard let text = try string(name) else { return nil }
        if let number = Int64(text), number < 0 { return 9_007_199_254_740_991 }
        do throws(Failure) { return try kibibytes(name) } catch {
            throw Failure("Unable to parse integer parameter \(name)")
        }
    }
}
