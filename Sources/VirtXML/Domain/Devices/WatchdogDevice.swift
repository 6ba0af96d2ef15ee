import XMLBinding

/// What acts when the guest no longer answers.
public struct WatchdogDevice: Device {
    public static let elementName: StaticString = "watchdog"
    public var model: Model = .i6300esb
    public var action: Action = .reset
    public var info = DeviceInfo()

    public init() {}

    public enum Model: String, XMLWord { case i6300esb, ib700, diag288, itco }

    public enum Action: String, XMLWord {
        case reset, shutdown, poweroff, pause, dump, none
        case injectNMI = "inject-nmi"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.attribute("action", &action, default: .reset)
        try info.bind(&x)
    }
}
