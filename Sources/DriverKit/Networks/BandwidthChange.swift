import ByteText
import Virt
import VirtXML

/// What a call says of a bandwidth, in typed parameters. A way of which it says something is that alone afterwards, or
/// without limit where its average is none.
public struct BandwidthChange: Sendable {
    private var values: [String: UInt64] = [:]

    private static let known: Set = [
        "inbound.average", "inbound.peak", "inbound.burst", "inbound.floor", "outbound.average",
        "outbound.peak", "outbound.burst",
    ]

    /// - Throws: for parameters that there aren't.
    public init(_ parameters: [TypedParameter], from origin: ErrorDomain) throws(VirtError) {
        for parameter in parameters {
            let name = parameter.field
            guard Self.known.contains(name) else {
                throw VirtError(.argumentUnsupported, "parameter '\(name)' not supported", from: origin)
            }
            guard case .uint(let value) = parameter.value else {
                throw VirtError(
                    .invalidArg, "invalid type for parameter '\(name)', expected uint", from: origin)
            }
            values[name] = UInt64(value)
        }
    }

    /// A bandwidth after the change; nil where nothing is limited.
    public func changed(_ old: Bandwidth?) -> Bandwidth? {
        var new = old ?? Bandwidth()
        if says("inbound") { new.inbound = limits(of: "inbound") }
        if says("outbound") { new.outbound = limits(of: "outbound") }
        return new.inbound == nil && new.outbound == nil ? nil : new
    }

    private func says(_ way: String) -> Bool { values.keys.contains { $0.hasBytePrefix(way) } }

    private func limits(of way: String) -> Bandwidth.Limits? {
        func value(_ name: String) -> UInt64? { values["\(way).\(name)"].flatMap { $0 > 0 ? $0 : nil } }
        let (average, floor) = (value("average"), value("floor"))
        if average == nil, floor == nil { return nil }
        var limits = Bandwidth.Limits()
        (limits.average, limits.floor) = (average, floor)
        if average != nil { (limits.peak, limits.burst) = (value("peak"), value("burst")) }
        return limits
    }
}

extension Bandwidth {
    /// The limits that a guest's card may have, in libvirt's order.
    public static let cardNames = [
        "inbound.average", "inbound.peak", "inbound.burst", "inbound.floor", "outbound.average",
        "outbound.peak", "outbound.burst",
    ]

    /// The limits as typed parameters, in the order of the names that are given: `inbound.average` …
    public static func parameters(
        _ names: [String] = cardNames, of bandwidth: Bandwidth?
    ) -> [TypedParameter] {
        names.compactMap { name in
            guard let (way, what) = name.cut(atByte: ".") else { return nil }
            let limits = way == "inbound" ? bandwidth?.inbound : bandwidth?.outbound
            let value: UInt64? =
                switch what {
                case "average": limits?.average
                case "peak": limits?.peak
                case "burst": limits?.burst
                default: limits?.floor
                }
            return TypedParameter(name, .uint(UInt32(clamping: value ?? 0)))
        }
    }
}
