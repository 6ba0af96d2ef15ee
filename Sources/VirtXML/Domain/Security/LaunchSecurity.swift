import ByteText
import XMLBinding

/// How the guest's memory is hidden from the host.
public struct LaunchSecurity: XMLElement {
    public var type: Kind = .sev
    public var kernelHashes: Bool?
    public var authorKey: Bool?
    public var vcek: Bool?
    public var cbitpos: UInt32?
    public var reducedPhysBits: UInt32?
    public var policy: UInt64?
    public var dhCert: String?
    public var session: String?
    public var guestVisibleWorkarounds: String?
    public var idBlock: String?
    public var idAuth: String?
    public var hostData: String?

    public init() {}

    public enum Kind: String, XMLWord {
        case sev
        case sevSNP = "sev-snp"
        case s390PV = "s390-pv"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type)
        if type == .s390PV { return }
        try x.yesNo("kernelHashes", &kernelHashes)
        if x.isWriting { try bindKeys(&x) }
        func reading(_ name: String) -> XMLReading {
            .refusing("Invalid format for launch security \(name)", .xml)
        }
        try x.value("cbitpos", &cbitpos, reading("cbitpos"))
        try x.value("reducedPhysBits", &reducedPhysBits, reading("reduced-phys-bits"))
        if x.isReading, type == .sevSNP { try bindKeys(&x) }
        try bindPolicy(&x)
        try x.value("dhCert", &dhCert)
        try x.value("session", &session)
        try x.value("guestVisibleWorkarounds", &guestVisibleWorkarounds)
        try x.value("idBlock", &idBlock)
        try x.value("idAuth", &idAuth)
        try x.value("hostData", &hostData)
    }

    private mutating func bindKeys(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("authorKey", &authorKey)
        try x.yesNo("vcek", &vcek)
    }

    private mutating func bindPolicy(_ x: inout XMLBinder) throws(XMLError) {
        var text = policy?.hex(width: type == .sevSNP ? 8 : 4)
        try x.value("policy", &text)
        guard x.isReading else { return }
        guard let text, let value = text.hasBytePrefix("0x") ? UInt64(anyBase: text) : UInt64(text, radix: 16)
        else { throw x.fault("failed to get launch security policy", value: text) }
        try x.require(type != .sev || value <= UInt32.max, "failed to get launch security policy")
        policy = value
    }
}

/// Whether keys of a kind are wrapped for a guest on s390.
public struct KeyWrapCipher: XMLElement {
    public var name: Name = .aes
    public var state: Bool?

    public init() {}

    public enum Name: String, XMLWord { case aes, dea }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        try x.onOff("state", &state)
        try x.require(state != nil, "Missing required attribute 'state' in element 'cipher'")
    }
}

/// Which of the host's users and groups a container's are.
public struct IDMap: XMLElement {
    public var users: [Range] = []
    public var groups: [Range] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("uid", &users)
        try x.elements("gid", &groups)
    }

    public struct Range: XMLElement {
        public var start: UInt32 = 0
        public var target: UInt32 = 0
        public var count: UInt32 = 0

        public init() {}

        private static let words = "invalid idmap start/target/count settings"
        private static let reading = XMLReading.refusing(words, .xml)

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("start", &start, Self.reading, orElse: Self.words)
            try x.attribute("target", &target, Self.reading, orElse: Self.words)
            try x.attribute("count", &count, Self.reading, orElse: Self.words)
        }
    }
}
