import Roost
import Virt

extension Command {
    static let cpuStats = Command(
        "cpu-stats", "show domain cpu statistics",
        description: "Print how long the host's CPUs have worked for a guest, each and all together.",
        options: [
            .domain([.active]), .flag("total", "Show total statistics only"),
            .value("start", "Show statistics from this CPU", type: .number),
            .value("count", "Number of shown CPUs at most", type: .number),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let (first, limit) = (try arguments.cpuNumber("start", "start CPU"), try arguments.shownCPUs())
        let hasRange = first != nil || limit != nil
        do {
            if hasRange || !arguments.has("total") {
                try await session.printCPUs(of: domain, from: first ?? 0, limit)
            }
            if !hasRange || arguments.has("total") { try await session.printCPUTotal(of: domain) }
        } catch let error as VirtError {
            throw Failure(
                "Failed to retrieve CPU statistics for domain '\(domain.reference.name)'", because: error)
        }
    }
}

extension Arguments {
    fileprivate func cpuNumber(_ name: String, _ what: String) throws(Failure) -> Int32? {
        guard let number: Int32 = try number(name) else { return nil }
        if number < 0 { throw Failure("Invalid value for \(what)") }
        return number
    }

    fileprivate func shownCPUs() throws(Failure) -> Int32? {
        try cpuNumber("count", "number of CPUs to show")
    }
}

extension Session {
    /// CPUs are asked about by so many at a time.
    private static let step: Int32 = 128

    fileprivate func printCPUs(of domain: Domain, from first: Int32, _ limit: Int32?) async throws {
        let count = try await domain.cpuStats(
            nparams: 0, startCPU: 0, ncpus: 0, flags: understandsText.rawValue
        ).nparams
        if first >= count { throw Failure("Start CPU \(first) is out of range (min: 0, max: \(count - 1))") }
        let end = first + min(limit ?? count, count - first)
        let room = try await domain.cpuStats(
            nparams: 0, startCPU: 0, ncpus: 1, flags: understandsText.rawValue
        ).nparams
        guard room > 0 else { throw Failure("No per-CPU stats available") }
        if end <= first { return }
        for start in stride(from: first, to: end, by: Int(Self.step)) {
            let found = try await domain.cpuStats(
                nparams: UInt32(clamping: room), startCPU: start, ncpus: UInt32(min(Self.step, end - start)),
                flags: understandsText.rawValue)
            let width = Int(max(1, found.nparams))
            for (index, place) in stride(from: 0, to: found.parameters.count, by: width).enumerated() {
                output.print("CPU\(Int(start) + index):\n")
                printTimes(found.parameters.dropFirst(place).prefix(width))
            }
        }
    }

    fileprivate func printCPUTotal(of domain: Domain) async throws {
        let room = try await domain.cpuStats(
            nparams: 0, startCPU: -1, ncpus: 1, flags: understandsText.rawValue
        ).nparams
        output.print("Total:\n")
        let found = try await domain.cpuStats(
            nparams: UInt32(clamping: room), startCPU: -1, ncpus: 1, flags: understandsText.rawValue)
        printTimes(found.parameters[...])
    }

    /// Times in seconds, other values as they are.
    private func printTimes(_ parameters: ArraySlice<TypedParameter>) {
        for parameter in parameters {
            let name = parameter.field.padded(to: 12)
            guard case .ullong(let time) = parameter.value else {
                output.print("\t\(name) \(parameter.value.text)\n")
                continue
            }
            let fraction = String(time % 1_000_000_000)
            let nanoseconds = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
            output.print(
                "\t\(name) \(String(time / 1_000_000_000).paddedLeft(to: 9)).\(nanoseconds) seconds\n")
        }
    }
}
