import ByteText
import Roost
import Virt

extension Command {
    static let schedinfo = Command(
        "schedinfo", "show/set scheduler parameters",
        description: "Print or set how much of the host's processors a guest gets.",
        options: [
            .domain, .named("weight", "weight for XEN_CREDIT", type: .number),
            .named("cap", "cap for XEN_CREDIT", type: .number),
            .flag("current", "get/set current scheduler info"),
            .flag("config", "get/set value to be used on next boot"),
            .flag("live", "get/set value from running domain"),
            .rest("set", "parameter=value"),
        ]
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let isPlain = impact.isEmpty && !arguments.has("current")
        let type: DomainSchedulerTypeReply
        do throws(VirtError) { type = try await domain.schedulerType() } catch {
            session.output.print(parameter: "Scheduler", "Unknown")
            throw error
        }
        session.output.print(parameter: "Scheduler", type.type)
        func read() async throws -> [TypedParameter] {
            isPlain
                ? try await domain.schedulerParameters()
                : try await domain.schedulerParametersFlags(flags: impact.union(understandsText))
        }
        if type.count == 0 { return }
        var found = try await read()
        let wanted = try arguments.wantedShares(among: found)
        if !wanted.isEmpty {
            if isPlain {
                try await domain.setSchedulerParameters(parameters: wanted)
            } else {
                try await domain.setSchedulerParametersFlags(parameters: wanted, flags: impact)
            }
            found = try await read()
        }
        for one in found { session.output.print(parameter: one.field, one.value.text) }
    }
}

extension Arguments {
    /// What is to change of the parameters that there are, each with the type that it has.
    fileprivate func wantedShares(among known: [TypedParameter]) throws -> [TypedParameter] {
        var assignments = all("set")
        for name in ["weight", "cap"] {
            if let value = try string(name) { assignments.append("\(name)=\(value)") }
        }
        var wanted: [TypedParameter] = []
        for assignment in assignments {
            let parts = assignment.split(atByte: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw Failure("Invalid syntax for --set, expecting name=value")
            }
            guard let old = known.first(where: { $0.field.hasSameBytes(as: String(parts[0])) }) else {
                throw Failure("invalid scheduler option: \(parts[0])")
            }
            guard let value = old.value.parsed(parts[1]) else {
                throw Failure(
                    "invalid argument: Invalid value for field '\(parts[0])': expected \(old.value.typeName)")
            }
            wanted.append(TypedParameter(old.field, value))
        }
        return wanted
    }
}

extension TypedValue {
    /// A value of the same type out of a text.
    fileprivate func parsed(_ text: some StringProtocol) -> TypedValue? {
        switch self {
        case .int: Int32(text).map(TypedValue.int)
        case .uint: UInt32(text).map(TypedValue.uint)
        case .llong: Int64(text).map(TypedValue.llong)
        case .ullong: UInt64(text).map(TypedValue.ullong)
        case .double: Double(text).map(TypedValue.double)
        case .boolean: text.hasSameBytes(as: "1") ? .boolean(true) : .boolean(false)
        case .string: .string(String(text))
        }
    }

    fileprivate var typeName: String {
        switch self {
        case .int: "int"
        case .uint: "unsigned int"
        case .llong: "long long"
        case .ullong: "unsigned long long"
        case .double: "double"
        case .boolean: "boolean"
        case .string: "string"
        }
    }
}
