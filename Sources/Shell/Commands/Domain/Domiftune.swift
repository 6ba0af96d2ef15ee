import ByteText
import Roost
import Virt

extension Command {
    static let domiftune = Command(
        "domiftune", "get/set parameters of a virtual interface",
        description: "Print or set how much a network interface may carry, in KiB a second.",
        options: [
            .domain, .required("interface", "interface device (MAC Address)"),
            .value("inbound", "control domain's incoming traffics: average,peak,burst,floor"),
            .value("outbound", "control domain's outgoing traffics: average,peak,burst"),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let device = try arguments.required("interface")
        let (inbound, outbound) = (try arguments.string("inbound"), try arguments.string("outbound"))
        let wanted = try parameters("inbound", inbound) + parameters("outbound", outbound)
        if inbound != nil || outbound != nil {
            return try await explaining("Unable to set interface parameters") {
                try await domain.setInterfaceParameters(device: device, parameters: wanted, flags: impact)
            }
        }
        let found = try await explaining("Unable to get number of interface parameters") {
            try await domain.interfaceParameters(device: device, flags: impact)
        }
        for parameter in found {
            if case .uint(let value) = parameter.value {
                session.output.print("\(parameter.field.padded(to: 15)): \(value)\n")
            }
        }
    }
}

/// What a rate says, such as `100,200,300`: average, peak, burst and, of what comes in, the promised share.
private func parameters(_ way: String, _ rate: String?) throws -> [TypedParameter] {
    guard let rate else { return [] }
    let fields = rate.split(atByte: ",", omittingEmptySubsequences: false)
    if fields.count > 4 { throw Failure("Rate string '\(rate)' has too many fields") }
    var found: [TypedParameter] = []
    for (name, field) in zip(["average", "peak", "burst", "floor"], fields) where !field.isEmpty {
        guard let value = UInt64(field) else { throw Failure("field '\(name)' is malformed") }
        guard let value = UInt32(exactly: value) else {
            throw Failure("\(way) rate larger than maximum \(UInt32.max)")
        }
        if name == "floor", way == "outbound" { throw Failure("outbound floor is unsupported yet") }
        found.append(TypedParameter("\(way).\(name)", .uint(value)))
    }
    return found
}
