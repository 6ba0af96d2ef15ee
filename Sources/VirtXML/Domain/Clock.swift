import XMLBinding

/// What time the guest starts with.
public struct Clock: XMLElement {
    public var offset: Offset = .utc
    /// Seconds added to the base, or `reset` for none.
    public var adjustment: Adjustment?
    public var basis: Basis?
    public var timezone: String?
    /// Seconds since 1970.
    public var start: UInt64?
    public var timers: [ClockTimer] = []

    public init() {}

    public enum Offset: String, XMLWord { case utc, localtime, variable, timezone, absolute }

    public enum Basis: String, XMLWord { case utc, localtime }

    public enum Adjustment: Equatable, Sendable {
        case reset
        case seconds(Int64)
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("offset", &offset, .unlessEmpty.refusing("unknown clock offset '%'"), default: .utc)
        switch offset {
        case .utc, .localtime: try bindAdjustment(&x)
        case .variable: try bindVariable(&x)
        case .timezone:
            try x.attribute("timezone", &timezone)
            try x.require(
                timezone?.isEmpty == false,
                "missing 'timezone' attribute for clock with offset='timezone'", .internalError)
        case .absolute:
            try x.attribute("start", &start, .orNone)
            try x.require(
                start != nil, "missing 'start' attribute for clock with offset='absolute'", .internalError)
        }
        try x.elements("timer", &timers)
    }

    /// A clock that is so much off is one that may go its own way from there.
    private mutating func bindAdjustment(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("adjustment", &adjustment, .refusing("unknown clock adjustment '%'", .xml))
        guard x.isReading, case .seconds? = adjustment else { return }
        basis = offset == .localtime ? .localtime : .utc
        offset = .variable
    }

    private mutating func bindVariable(_ x: inout XMLBinder) throws(XMLError) {
        if adjustment == nil { adjustment = .seconds(0) }
        try x.attribute("adjustment", &adjustment, .orNone)
        if adjustment == .reset { adjustment = .seconds(0) }
        if basis == nil { basis = .utc }
        try x.attribute("basis", &basis, .unlessEmpty.refusing("unknown clock basis '%'"))
    }

}

extension Clock.Adjustment: XMLValue {
    public init?(xml text: String) {
        if text == "reset" {
            self = .reset
        } else if let seconds = Int64(xml: text) {
            self = .seconds(seconds)
        } else {
            return nil
        }
    }

    public var xml: String {
        switch self {
        case .reset: "reset"
        case .seconds(let count): String(count)
        }
    }
}

/// One of the machine's clocks.
public struct ClockTimer: XMLElement {
    public var name: Name = .rtc
    public var present: Bool?
    public var tickPolicy: TickPolicy?
    public var track: Track?
    /// In hertz.
    public var frequency: UInt64?
    public var mode: Mode?
    @Boxed public var catchup: CatchUp?

    public init() {}

    public enum Name: String, XMLWord {
        case platform, pit, rtc, hpet, tsc, kvmclock, hypervclock, armvtimer
    }
    public enum TickPolicy: String, XMLWord { case delay, catchup, merge, discard }
    public enum Track: String, XMLWord { case boot, guest, wall, realtime }
    public enum Mode: String, XMLWord { case auto, native, emulate, paravirt, smpsafe }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        try x.yesNo("present", &present)
        try x.attribute("tickpolicy", &tickPolicy)
        try x.attribute("track", &track)
        try x.attribute("frequency", &frequency)
        if frequency == 0 { frequency = nil }
        try x.attribute("mode", &mode)
        try x.element("catchup", &catchup)
        if catchup == CatchUp() { catchup = nil }
    }

    /// How fast lost ticks are made good.
    public struct CatchUp: XMLElement {
        public var threshold: UInt64?
        public var slew: UInt64?
        public var limit: UInt64?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("threshold", &threshold)
            try x.attribute("slew", &slew)
            try x.attribute("limit", &limit)
        }
    }
}
