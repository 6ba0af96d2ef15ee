import Roost
import Virt

extension Command {
    static let vcpucount = Command(
        "vcpucount", "domain vcpu counts", description: "Print how many virtual CPUs a domain has.",
        options: [
            .domain, .flag("maximum", "the highest number"), .flag("active", "the number now"),
            .flag("live", "of the running domain"), .flag("config", "of the definition"),
            .flag("current", "of what the domain is now"), .flag("guest", "as the guest counts them"),
        ]
    ) { session, arguments in
        try arguments.exclude("live", "config")
        try arguments.exclude("active", "maximum")
        let domain = try await session.domain(arguments)
        var flags: DomainVcpuFlags = []
        if arguments.has("live") { flags.insert(.live) }
        if arguments.has("config") { flags.insert(.config) }
        if arguments.has("maximum") { flags.insert(.maximum) }
        if arguments.has("guest") { flags.insert(.guest) }
        if arguments.has("guest") {
            do throws(VirtError) {
                return session.output.print("\(try await domain.vcpusFlags(flags: flags))\n")
            } catch {
                // A driver that knows of no such question has a line of its own.
                if error.code != .invalidArg { throw error }
                throw Failure("Failed to retrieve vCPU count from the guest", because: error)
            }
        }
        if ["live", "config", "current", "maximum", "active"].contains(where: arguments.has) {
            return session.output.print("\(try await domain.vcpusFlags(flags: flags))\n")
        }
        try await session.printCounts(of: domain)
    }

    static let vcpuinfo = Command(
        "vcpuinfo", "detailed domain vcpu information", description: "Print where the virtual CPUs run.",
        options: [.domain, .flag("pretty", "sets of CPUs as ranges")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let host = try await domain.connection.nodeCPUMap(needMap: 0, needOnline: 0, flags: 0)
        let count = Int(max(0, host.result))
        let length = (count + 7) / 8
        let maximum = try await domain.info().nrVirtCpu
        let isActive = try await domain.isActive()
        let maps: [UInt8]
        var states: [VCPUInfo] = []
        if isActive {
            let reply = try await domain.vcpus(maxinfo: Int32(maximum), maplen: Int32(length))
            (states, maps) = (reply.info, reply.cpumaps)
        } else {
            maps = try await domain.vcpuPinInfo(
                ncpumaps: Int32(maximum), maplen: Int32(length), flags: .config
            ).cpumaps
        }
        for index in 0..<(isActive ? states.count : Int(maximum)) {
            if index > 0 { session.output.print("\n") }
            let start = min(index * length, maps.count)
            let map = maps[start..<min(start + length, maps.count)]
            session.print(
                vcpu: isActive ? states[index] : nil, index, map, count, isPretty: arguments.has("pretty"))
        }
    }

    static let setvcpus = Command(
        "setvcpus", "change number of virtual CPUs", description: "Give a domain more or fewer virtual CPUs.",
        options: [
            .domain, .required("count", "number of virtual CPUs", type: .number),
            .flag("maximum", "the highest number, from the next start on"),
        ] + .impact + [
            .flag("guest", "by the guest's agent"), .flag("hotpluggable", "make new ones removable"),
        ]
    ) { session, arguments in
        let impact = try arguments.impact()
        try arguments.exclude("guest", "config")
        try arguments.require("config", for: "maximum")
        let domain = try await session.domain(arguments)
        guard let count: UInt32 = try arguments.number("count") else { throw Failure() }
        if count == 0 { throw Failure("Can't set 0 processors for a VM") }
        var flags = DomainVcpuFlags(rawValue: impact.rawValue)
        if arguments.has("maximum") { flags.insert(.maximum) }
        if arguments.has("guest") { flags.insert(.guest) }
        if arguments.has("hotpluggable") { flags.insert(.hotpluggable) }
        if flags.isEmpty && !arguments.has("current") {
            try await domain.setVcpus(nvcpus: count)
        } else {
            try await domain.setVcpusFlags(nvcpus: count, flags: flags)
        }
    }

    static let setmem = Command(
        "setmem", "change memory allocation", description: "Give a guest more or less of its memory.",
        options: [
            .domain, .alias("kilobytes", for: "size"),
            .required("size", "new memory size, as scaled integer (default KiB)", type: .number),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let size = try arguments.kibibytes("size")
        try checkMemory(size)
        if impact.isEmpty && !arguments.has("current") {
            try await domain.setMemory(memory: size)
        } else {
            try await domain.setMemoryFlags(
                memory: size, flags: DomainMemoryModFlags(rawValue: impact.rawValue))
        }
    }

    static let setmaxmem = Command(
        "setmaxmem", "change maximum memory limit",
        description: "Change the memory that a guest may have at most.",
        options: [
            .domain, .alias("kilobytes", for: "size"),
            .required("size", "new maximum memory size, as scaled integer (default KiB)", type: .number),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let size = try arguments.kibibytes("size")
        try await explaining("Unable to change MaxMemorySize") {
            try checkMemory(size)
            if impact.isEmpty && !arguments.has("current") {
                try await domain.setMaxMemory(memory: size)
            } else {
                let flags = DomainMemoryModFlags(rawValue: impact.rawValue).union(.maximum)
                try await domain.setMemoryFlags(memory: size, flags: flags)
            }
        }
    }
}

/// Refuses a guest without memory.
private func checkMemory(_ size: UInt64) throws(Failure) {
    if size == 0 { throw Failure("memory in virDomainSetMemoryFlags must not be zero") }
}

extension Arguments {
    /// A size in KiB, rounded up.
    func kibibytes(_ name: String) throws(Failure) -> UInt64 {
        let bytes = try scaled(name, unit: 1024, maximum: .max - 1023) ?? 0
        return (bytes + 1023) / 1024
    }
}

extension Session {
    fileprivate func printCounts(of domain: Domain) async throws {
        let isActive = try await domain.isActive()
        for (name, extra) in [("maximum", DomainVcpuFlags.maximum), ("current", [])] {
            if let count = try? await domain.vcpusFlags(flags: extra.union(.config)) {
                printCount(name, "config", count)
            }
            if isActive, let count = try? await domain.vcpusFlags(flags: extra.union(.live)) {
                printCount(name, "live", count)
            }
        }
    }

    private func printCount(_ name: String, _ of: String, _ count: Int32) {
        output.print(
            name.padded(to: 12) + " " + of.padded(to: 12) + " " + String(count).paddedLeft(to: 3) + "\n")
    }

    fileprivate func print(
        vcpu: VCPUInfo?, _ index: Int, _ map: ArraySlice<UInt8>, _ count: Int, isPretty: Bool
    ) {
        output.field("VCPU", vcpu.map { String($0.number) } ?? String(index))
        if let vcpu {
            output.field("CPU", vcpu.cpu >= 0 ? String(vcpu.cpu) : "N/A")
            output.field("State", DomainStateText.vcpu(vcpu.state))
            if vcpu.cpuTime != 0 {
                output.field("CPU time", (Double(vcpu.cpuTime) / 1_000_000_000).text(digits: 1) + "s")
            }
        } else {
            output.field("CPU", "N/A")
            output.field("State", "N/A")
            output.print("CPU time".padded(to: 15) + " N/A\n")
        }
        let set =
            isPretty
            ? "\(CPUMap.ranges(map, count: count)) (out of \(count))" : CPUMap.letters(map, count: count)
        output.field("CPU Affinity", set)
    }
}
