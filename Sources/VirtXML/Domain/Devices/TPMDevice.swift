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
        if x.isWriting || backend == .emulator { try x.attribute("version", &version) }
        switch backend {
        case .passthrough:
            try x.group("device") { (x) throws(XMLError) in try x.attribute("path", &device) }
        case .emulator: try bindEmulator(&x)
        case .external:
            try x.atMost(1, "source", orElse: "only one source element is allowed for character device")
            try x.require(
                !x.hasChild("source") || x.attribute("type", ofChild: "source") != nil,
                "missing external TPM backend source type")
            try x.element("source", &source)
            if x.isReading {
                version = nil
                if source?.mode == nil { source?.mode = "connect" }
            }
            try x.require(source?.type != "", "missing external TPM backend source type")
            if let source {
                try x.require(
                    CharacterSource.Kind(rawValue: source.type) != nil,
                    "unknown backend source type '\(source.type)' for external TPM", .unsupported)
                try x.require(
                    ["connect", "bind"].contains(source.mode ?? "connect"),
                    "Invalid value for attribute 'mode' in element 'source': '\(source.mode ?? "")'.")
            }
        }
    }

    private mutating func bindEmulator(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting { try bindPersistence(&x) }
        try x.attribute("debug", &debug)
        try x.group("encryption") { (x) throws(XMLError) in
            try x.attribute(
                "secret", &encryptionSecret,
                .unlessEmpty.refusing("Unable to parse secret uuid '%'", .internalError))
        }
        if x.isWriting { try bindBanks(&x) }
        try x.element("source", &source)
        if let source, x.isReading {
            try x.require(
                ["file", "dir"].contains(source.type),
                "Invalid value for attribute 'type' in element 'source': '\(source.type)'.")
            try x.require(source.path != nil, "missing TPM source path")
        }
        if x.isReading {
            try bindPersistence(&x)
            try bindBanks(&x)
        }
        try x.element("profile", &profile)
        if profile == Profile() { profile = nil }
    }

    private mutating func bindPersistence(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo(
            "persistent_state", &persistentState,
            .refusing("Invalid persistent_state value, either 'yes' or 'no'", .internalError))
        if persistentState == false { persistentState = nil }
    }

    private mutating func bindBanks(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("active_pcr_banks") { (x) throws(XMLError) in
            if let other = x.node?.children.first(where: { PCRBank(rawValue: $0.name) == nil }) {
                throw x.fault("Unsupported PCR banks '\(other.name)'", .unsupported)
            }
            try bindBank("sha1", .sha1, &x)
            try bindBank("sha256", .sha256, &x)
            try bindBank("sha384", .sha384, &x)
            try bindBank("sha512", .sha512, &x)
        }
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
            try x.require(
                ["check", "fips-host"].contains(removeDisabled ?? "check"),
                "Invalid value for attribute 'removeDisabled' in element 'profile': '\(removeDisabled ?? "")'."
            )
            try x.attribute("name", &name)
        }
    }
}
