import XMLBinding

/// An amount of memory or storage. Documents give it as a number with a unit.
public struct ByteSize: Hashable, Sendable, Comparable {
    /// The amount in bytes.
    public var bytes: UInt64

    public init(bytes: UInt64) { self.bytes = bytes }

    /// An amount in KiB; nil if it doesn't fit.
    public init?(kibibytes: UInt64) {
        let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
        if overflow { return nil }
        self.bytes = bytes
    }

    public static let zero = ByteSize(bytes: 0)

    /// The amount in KiB, rounded up.
    public var kibibytes: UInt64 { bytes / 1024 + (bytes % 1024 == 0 ? 0 : 1) }

    public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }

    /// A unit that documents are written in.
    public enum Unit: UInt64, Sendable {
        case bytes = 1
        case kib = 1024
        case mib = 1_048_576
        case gib = 1_073_741_824

        var name: String {
            switch self {
            case .bytes: "bytes"
            case .kib: "KiB"
            case .mib: "MiB"
            case .gib: "GiB"
            }
        }
    }

    /// Reads a number and a unit's name as libvirt does: `k`, `KiB` are 1024, `KB` is 1000, and so on.
    public init(_ number: UInt64, unit: String) throws(XMLError) {
        guard let factor = Self.factor(unit) else {
            throw XMLError(.invalidArgument, "unknown suffix '\(unit)'", value: unit)
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        if overflow { throw XMLError(.overflow, "value too large: \(number)\(unit)", value: unit) }
        self.bytes = bytes
    }

    private static func factor(_ unit: String) -> UInt64? {
        let name = unit.lowercased()
        if ["", "b", "byte", "bytes"].contains(name) { return 1 }
        guard let letter = name.first,
            let power = ["k", "m", "g", "t", "p", "e"].firstIndex(of: String(letter))
        else { return nil }
        let base: UInt64
        switch name.dropFirst() {
        case "", "ib": base = 1024
        case "b": base = 1000
        default: return nil
        }
        return (0...power).reduce(1) { product, _ in product * base }
    }

    /// The largest unit that divides the amount evenly.
    var roundestUnit: Unit {
        if bytes == 0 { return .bytes }
        return [Unit.gib, .mib, .kib].first { bytes % $0.rawValue == 0 } ?? .bytes
    }

    func count(in unit: Unit) -> UInt64 {
        bytes / unit.rawValue + (bytes % unit.rawValue == 0 ? 0 : 1)
    }
}

extension XMLBinder {
    /// A child that holds an amount as its text and the unit as an attribute.
    ///
    /// - Parameters:
    ///   - unit: what it is written in; nil for the largest that needs no fraction.
    ///   - standard: what a number without a unit means.
    ///   - path: where it stands, for libvirt's words for one that is none.
    mutating func size(
        _ name: StaticString, _ value: inout ByteSize?, unit: ByteSize.Unit? = .kib,
        default standard: ByteSize.Unit = .kib, path: String? = nil, orElse words: String? = nil
    ) throws(XMLError) {
        if isWriting, value == nil { return }
        var size = value
        try always(name) { (x) throws(XMLError) in
            try x.sizeContent(&size, unit: unit, default: standard, path: path ?? "./\(name)", orElse: words)
        }
        value = size
    }

    /// The present element's own text and unit as an amount.
    mutating func sizeContent(
        _ value: inout ByteSize?, unit: ByteSize.Unit? = .kib, default standard: ByteSize.Unit = .kib,
        path: String, orElse words: String? = nil
    ) throws(XMLError) {
        let shown = unit ?? value?.roundestUnit ?? .bytes
        var name = value.map { _ in shown.name }
        var number = value?.count(in: shown)
        try attribute("unit", &name, .unlessEmpty)
        try content(&number, .refusing(words ?? "Invalid value '%' for element or attribute '\(path)'", .xml))
        if isReading, let number { value = try ByteSize(number, unit: name ?? standard.name) }
    }

    /// An amount given by two attributes of the present element.
    mutating func size(
        attribute: StaticString, unitAttribute: StaticString = "unit", _ value: inout ByteSize?,
        unit: ByteSize.Unit = .kib, path: String = "."
    ) throws(XMLError) {
        var number = value?.count(in: unit)
        var name = value.map { _ in unit.name }
        try self.attribute(
            attribute, &number,
            .unlessEmpty.refusing("Invalid value '%' for element or attribute '\(path)/@\(attribute)'", .xml))
        try self.attribute(unitAttribute, &name, .unlessEmpty)
        if isReading, let number { value = try ByteSize(number, unit: name ?? unit.name) }
    }
}
