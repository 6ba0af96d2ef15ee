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
            let most: UInt64 = 4_194_303
            try x.require(
                burst ?? 0 <= most,
                "value '\(burst ?? 0)' is too big for 'burst' parameter, maximum is '\(most)'", .overflow)
        }
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
        }

        /// What isn't a variable, or no value of one, doesn't count.
        var isValid: Bool {
            !name.isEmpty && name.consistsOfAlphanumerics(or: "_") && !value.isEmpty
                && value.consistsOfAlphanumerics(or: "_.:")
        }
    }
}
