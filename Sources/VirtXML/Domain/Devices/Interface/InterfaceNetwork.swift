import ByteText
import XMLBinding

/// How much a card may send and receive.
public struct Bandwidth: XMLElement {
    public var classID: UInt32?
    public var inbound: Limits?
    public var outbound: Limits?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("classID", &classID)
        try x.element("inbound", &inbound)
        try x.element("outbound", &outbound)
        if inbound?.isLimit == false { inbound = nil }
        if outbound?.isLimit == false { outbound = nil }
        try x.require(
            outbound?.floor == nil, "floor attribute is not supported for this config", .unsupported)
    }

    /// In KiB a second; `burst` in KiB.
    public struct Limits: XMLElement {
        public var average: UInt64?
        public var peak: UInt64?
        public var burst: UInt64?
        public var floor: UInt64?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("average", &average)
            try x.attribute("peak", &peak)
            try x.attribute("floor", &floor)
            try x.attribute("burst", &burst)
            guard x.isReading else { return }
            try x.require(
                average != nil || floor != nil, "Missing mandatory average or floor attributes", .malformed)
            try x.require(
                average != nil || peak == nil && burst == nil,
                "'peak' and 'burst' require 'average' attribute", .unsupported)
            if peak == 0 { peak = nil }
            if burst == 0 { burst = nil }
        }

        /// Whether there is anything to keep to; a floor that is none is refused where there mustn't be one.
        fileprivate var isLimit: Bool { average ?? 0 > 0 || floor != nil }
    }
}

extension XMLBinder {
    /// A bandwidth that belongs to no class of the kernel's.
    ///
    /// - Parameter mayPromise: whether a share may be promised.
    mutating func bandwidth(_ value: inout Bandwidth?, mayPromise: Bool = false) throws(XMLError) {
        try require(
            attribute("classID", ofChild: "bandwidth").flatMap { UInt32(xml: $0) } == nil,
            "classID attribute not supported on <bandwidth> in this usage context", .malformed)
        try element("bandwidth", &value)
        try require(
            isWriting || mayPromise || value?.inbound?.floor == nil,
            "floor attribute is not supported for this config", .unsupported)
        if value == Bandwidth() { value = nil }
    }
}

/// A filter that a card's packets pass, with values for its variables.
public struct FilterReference: XMLElement {
    public var filter = ""
    public var parameters: [Parameter] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("filter", &filter)
        try x.elements("parameter", &parameters)
        guard x.isReading else { return }
        parameters.removeAll { !$0.isValid }
        // Values of one name stay in their order.
        let order = parameters.enumerated().sorted {
            ($0.element.name, $0.offset) < ($1.element.name, $1.offset)
        }
        parameters = order.map(\.element)
    }

    public struct Parameter: XMLElement {
        public var name = ""
        public var value = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name, default: "")
            try x.attribute("value", &value, default: "")
            // A name may be empty, and must be said.
            if x.isReading, x.node?.attribute("name") == nil { value = "" }
        }

        /// What isn't a variable, or no value of one, doesn't count.
        var isValid: Bool {
            name.consistsOfAlphanumerics(or: "_") && !value.isEmpty
                && value.consistsOfAlphanumerics(or: "_.:")
        }
    }
}
