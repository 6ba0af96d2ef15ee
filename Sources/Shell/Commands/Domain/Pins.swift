import ByteText
import Roost
import Virt

extension Command {
    static let vcpupin = Command(
        "vcpupin", "control or query domain vcpu affinity",
        description: "Print which CPUs of the host a virtual CPU runs on, or choose them.",
        options: [
            .domain, .value("vcpu", "vcpu number", type: .number),
            .value(
                "cpulist", "host cpu number(s) to set, or omit option to query", allowsEmpty: true,
                complete: .words([])),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let isChange = arguments.has("cpulist")
        if isChange, !arguments.has("vcpu") {
            throw Failure("vcpupin: Missing vCPU number in pin mode.")
        }
        let domain = try await session.domain(arguments)
        let number: UInt32? = try arguments.number("vcpu")
        let host = try await session.hostCPUs()
        if let number, isChange {
            let map = try arguments.cpuMap("cpulist", below: host)
            if impact.isEmpty && !arguments.has("current") {
                return try await domain.pinVcpu(vcpu: number, cpumap: map)
            }
            return try await domain.pinVcpuFlags(vcpu: number, cpumap: map, flags: impact)
        }
        try await session.printPins(of: domain, number, impact, host)
    }

    static let emulatorpin = Command(
        "emulatorpin", "control or query domain emulator affinity",
        description: "Print which CPUs of the host the emulator itself runs on, or choose them.",
        options: [
            .domain, .value("cpulist", "host cpu number(s) to set, or omit option to query"),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let host = try await session.hostCPUs()
        if arguments.has("cpulist") {
            let map = try arguments.cpuMap("cpulist", below: host)
            return try await domain.pinEmulator(
                cpumap: map, flags: impact.isEmpty && !arguments.has("current") ? .live : impact)
        }
        let pins = try await domain.emulatorPinInfo(maplen: Int32((host + 7) / 8), flags: impact)
        session.output.note("emulator: CPU Affinity\n----------------------------------\n")
        session.output.print("       *: \(CPUMap.ranges(pins.cpumaps, count: host))\n")
    }

    static let setvcpu = Command(
        "setvcpu", "attach/detach vcpu or groups of threads",
        description: "Plug single virtual CPUs in or out.",
        options: [
            .domain, .required("vcpulist", "ids of vcpus to manipulate"),
            .flag("enable", "enable cpus specified by cpumap"),
            .flag("disable", "disable cpus specified by cpumap"),
        ] + .impact
    ) { session, arguments in
        try arguments.exclude("enable", "disable")
        let impact = try arguments.impact()
        let list = try arguments.required("vcpulist")
        guard arguments.has("enable") || arguments.has("disable") else {
            throw Failure("one of --enable, --disable is required")
        }
        let domain = try await session.domain(arguments)
        try await domain.setVcpu(cpumap: list, state: arguments.has("enable") ? 1 : 0, flags: impact)
    }
}

extension Session {
    /// How many CPUs the host counts.
    func hostCPUs() async throws -> Int {
        Int(max(0, try await connected().nodeCPUMap(needMap: 0, needOnline: 0, flags: 0).result))
    }

    fileprivate func printPins(
        of domain: Domain, _ number: UInt32?, _ impact: DomainModificationImpact, _ host: Int
    ) async throws {
        let isConfig = impact.contains(.config) ? true : try await !domain.isActive()
        let count = try await domain.vcpusFlags(flags: isConfig ? [.config, .maximum] : [.live, .maximum])
        if let number, number >= count {
            let place = isConfig ? "persistent" : "live"
            throw Failure("vcpu \(number) is out of range of \(place) cpu count \(count)")
        }
        let length = (host + 7) / 8
        let pins = try await domain.vcpuPinInfo(
            ncpumaps: count, maplen: Int32(length), flags: impact)
        var table = Table("VCPU", "CPU Affinity")
        for index in 0..<Int(max(0, pins.num)) where number.map({ Int($0) == index }) ?? true {
            let map = pins.cpumaps.dropFirst(index * length).prefix(length)
            table.add("\(index)", CPUMap.ranges(map, count: host))
        }
        output.print(table)
    }
}

extension Arguments {
    /// A list of the host's CPUs, as a map; `r` names all.
    func cpuMap(_ name: String, below count: Int) throws -> [UInt8] {
        let text = try required(name)
        let length = (max(count, 1) + 7) / 8
        if text.hasSameBytes(as: "r") {
            var map = [UInt8](repeating: 0, count: length)
            for cpu in 0..<count { map[cpu / 8] |= 1 << UInt8(cpu % 8) }
            return map
        }
        var map = [UInt8](repeating: 0, count: length)
        func refuse() -> Failure {
            Failure(lines: [
                "Invalid cpulist '\(text)'", "invalid argument: Failed to parse bitmap '\(text)'",
            ])
        }
        for part in text.split(atByte: ",", omittingEmptySubsequences: false) {
            let isOut = part.hasBytePrefix("^")
            let bounds = (isOut ? part.dropFirst() : part).split(
                atByte: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = bounds.first.flatMap({ Int($0) }), let last = bounds.last.flatMap({ Int($0) }),
                first >= 0, last >= first, last < max(count, 1024)
            else { throw refuse() }
            if last >= count {
                throw Failure("CPU \(last) in cpulist '\(text)' exceed the maxcpu \(count)")
            }
            for cpu in first...last {
                if isOut {
                    map[cpu / 8] &= ~(1 << UInt8(cpu % 8))
                } else {
                    map[cpu / 8] |= 1 << UInt8(cpu % 8)
                }
            }
        }
        if !map.contains(where: { $0 != 0 }) { throw Failure("Invalid cpulist '\(text)'") }
        return map
    }
}
