import ByteText
import XMLBinding

/// A smartcard in the guest's reader.
public struct SmartcardDevice: Device {
    public static let elementName: StaticString = "smartcard"
    public var card: Card = .host
    public var info = DeviceInfo()

    public init() {}

    /// Whose card it is.
    public enum Card: Equatable, Sendable {
        case host
        /// Three certificates of the host stand for a card.
        case certificates([String], database: String?)
        case passthrough(CharacterSource)
    }

    public enum Mode: String, XMLWord {
        case host, passthrough
        case hostCertificates = "host-certificates"
    }

    public var mode: Mode {
        switch card {
        case .host: .host
        case .certificates: .hostCertificates
        case .passthrough: .passthrough
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var mode = mode
        try x.attribute("mode", &mode)
        switch mode {
        case .host: card = .host
        case .hostCertificates: try bindCertificates(&x)
        case .passthrough:
            var source = CharacterSource(.spicevmc)
            if case .passthrough(let known) = card { source = known }
            try x.require(
                x.node?.attribute("type") != nil,
                "passthrough mode requires a character device type attribute")
            try source.bindType(&x)
            try source.bind(&x)
            card = .passthrough(source)
        }
        try info.bind(&x)
    }

    private mutating func bindCertificates(_ x: inout XMLBinder) throws(XMLError) {
        var names: [String] = []
        var database: String?
        if case .certificates(let known, let place) = card { (names, database) = (known, place) }
        try x.values("certificate", &names)
        try x.require(
            names.count == 3, "host-certificates mode needs exactly three certificates")
        try x.value("database", &database)
        try x.require(
            database?.hasBytePrefix("/") ?? true, "expecting absolute path: \(database ?? "")")
        card = .certificates(names, database: database)
    }
}
