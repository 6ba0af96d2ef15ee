import Virt
import XMLBinding

/// A trusted platform module.
public struct TPMDevice: Device {
    public static let elementName: StaticString = "tpm"
    public var model: Model?
    public var backend: Kind = .emulator
    public var version: Version?
    public var persistentState: Bool?
    public var debug: UInt32?
    /// The host's device.
    public var device: String?
    /// The secret that the emulator's state is encrypted with.
    public var encryptionSecret: UUID?
    public var pcrBanks: [PCRBank] = []
    @Boxed public var source: Source?
    @Boxed public var profile: Profile?
    public var info = DeviceInfo()

    public init() {}

    public enum Model: String, XMLWord {
        case tis = "tpm-tis"
        case crb = "tpm-crb"
        case spapr = "tpm-spapr"
        case spaprProxy = "spapr-tpm-proxy"
    }
    public enum Kind: String, XMLWord { case passthrough, emulator, external }
    public enum Version: String, XMLWord {
        case v1_2 = "1.2"
        case v2_0 = "2.0"
    }
    public enum PCRBank: String, XMLWord, CaseIterable { case sha1, sha256, sha384, sha512 }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.require(x.isWriting || x.hasChild("backend"), "missing TPM device backend")
        try x.atMost(1, "backend", orElse: "only one TPM backend is supported")
        try x.group("backend") { (x) throws(XMLError) in try bindBackend(&x) }
        try info.bind(&x)
    }

    private mutating func bindBackend(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &backend)
        try x.attribute("version", &version)
        switch backend {
        case .passthrough:
            try x.group("device") { (x) throws(XMLError) in try x.attribute("path", &device) }
        case .emulator: try bindEmulator(&x)
        case .external:
            try x.atMost(1, "source", orElse: "only one source element is allowed for character device")
            try x.element("source", &source)
        }
    }

    private mutating func bindEmulator(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("persistent_state", &persistentState)
        try x.attribute("debug", &debug)
        try x.group("encryption") { (x) throws(XMLError) in
            try x.attribute(
                "secret", &encryptionSecret,
                .unlessEmpty.refusing("Unable to parse secret uuid '%'", .internalError))
        }
        try x.group("active_pcr_banks") { (x) throws(XMLError) in try bindBanks(&x) }
        try x.element("source", &source)
        try x.element("profile", &profile)
    }

    private mutating func bindBanks(_ x: inout XMLBinder) throws(XMLError) {
        try bindBank("sha1", .sha1, &x)
        try bindBank("sha256", .sha256, &x)
        try bindBank("sha384", .sha384, &x)
        try bindBank("sha512", .sha512, &x)
    }

    private mutating func bindBank(
        _ name: StaticString, _ bank: PCRBank, _ x: inout XMLBinder
    ) throws(XMLError) {
        var present = pcrBanks.contains(bank)
        try x.flag(name, &present)
        if x.isReading, present { pcrBanks.append(bank) }
    }

    /// Where the state is kept, or where somebody else's emulator listens.
    public struct Source: XMLElement {
        public var type: String = "file"
        public var mode: String?
        public var path: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try x.attribute("mode", &mode)
            try x.attribute("path", &path)
        }
    }

    /// Which algorithms the emulator offers.
    public struct Profile: XMLElement {
        public var source: String?
        public var removeDisabled: String?
        public var name: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("source", &source)
            try x.attribute("removeDisabled", &removeDisabled)
            try x.attribute("name", &name)
        }
    }
}
