import Virt
import VirtXML

/// Which of the host's memory a guest's is taken from, as a call's parameters (`virDomainNumaParameters`).
extension NUMATune {
    /// The modes by libvirt's numbers (`virDomainNumatuneMemMode`).
    private static let modes: [Mode] = [.strict, .preferred, .interleave, .restrictive]

    public var parameters: [TypedParameter] {
        let mode = Self.modes.firstIndex(of: memory?.mode ?? .strict) ?? 0
        return [
            TypedParameter("numa_mode", .int(Int32(mode))),
            TypedParameter("numa_nodeset", .string(memory?.nodeset?.xml ?? "")),
        ]
    }

    /// Changes what is given of them.
    ///
    /// - Parameter isLive: whether a guest runs by it, which keeps its mode.
    public mutating func change(_ given: [TypedParameter], isLive: Bool) throws(VirtError) {
        let wanted = try ParameterReading(given, knowing: ["numa_mode", "numa_nodeset"])
        var new = memory ?? Memory()
        if let number = try wanted.int("numa_mode") {
            guard Self.modes.indices.contains(Int(number)) else {
                throw VirtError(.invalidArg, "unsupported numatune mode: '\(number)'", from: .qemu)
            }
            if isLive, new.mode ?? .strict != Self.modes[Int(number)] {
                throw VirtError(
                    .operationInvalid, "can't change numatune mode for running domain", from: .qemu)
            }
            new.mode = Self.modes[Int(number)]
        }
        if let text = try wanted.string("numa_nodeset") {
            guard let nodes = CPUSet(xml: text) else {
                throw VirtError(.invalidArg, "Failed to parse bitmap '\(text)'")
            }
            (new.nodeset, new.placement) = (nodes, nil)
        }
        if new.mode == nil { new.mode = .strict }
        if new.nodeset == nil, new.placement != .auto {
            throw VirtError(
                .configUnsupported, "nodeset for NUMA memory tuning must be set if 'placement' is 'static'",
                from: .domain)
        }
        memory = new
    }
}
