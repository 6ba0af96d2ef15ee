import Virt
import XMLBinding

/// An image in a storage pool.
public struct VolumeReference: XMLElement {
    public var pool = ""
    public var volume = ""
    public var mode: Mode?

    public init() {}

    public enum Mode: String, XMLWord { case `default`, host, direct }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        let needed = "'pool' and 'volume' must be specified together for 'pool' type source"
        try x.attribute("pool", &pool, orElse: needed)
        try x.attribute("volume", &volume, orElse: needed)
        try x.attribute("mode", &mode)
    }
}

/// A namespace of an NVMe disk of the host.
public struct NVMeReference: XMLElement {
    public var managed: Bool?
    /// Counted from 1.
    public var namespace: UInt64 = 1
    public var address = PCIAddress()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var kind = "pci"
        try x.attribute("type", &kind, orElse: "missing 'type' attribute to disk source")
        try x.require(kind == "pci", "unsupported source type '\(kind)'")
        if x.isReading { try x.attribute("namespace", &namespace) }
        try x.yesNo("managed", &managed)
        if x.isReading { managed = managed ?? true }
        if x.isWriting { try x.attribute("namespace", &namespace) }
    }

    mutating func bindChildren(_ x: inout XMLBinder) throws(XMLError) {
        var copy: PCIAddress? = x.isReading ? nil : address
        try x.element("address", &copy)
        try x.require(copy != nil, "NVMe disk source is missing address")
        address = copy ?? address
        address.multifunction = nil
    }
}

/// A part of a file or device that is the image.
public struct StorageSlice: XMLElement {
    public var offset: UInt64 = 0
    public var size: UInt64 = 0

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var kind = "storage"
        try x.attribute("type", &kind)
        let missing = "missing offset or size attribute of slice"
        func reading(_ name: String) -> XMLReading {
            .unlessEmpty.refusing("malformed value '%' of '\(name)' attribute of slice", .xml)
        }
        try x.attribute("offset", &offset, reading("offset"), orElse: missing)
        try x.attribute("size", &size, reading("size"), orElse: missing)
    }
}

/// How one logs in to a server: a name and where the secret is.
public struct StorageAuth: XMLElement {
    public var username = ""
    public var secret = Secret()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("username", &username, .unlessEmpty, orElse: "missing username for auth")
        try x.require(x.hasChild("secret"), "Missing <secret> element in auth")
        try x.element("secret", &secret)
    }

    /// A secret that the daemon keeps.
    public struct Secret: XMLElement {
        /// What the server takes it for; any word, where the server isn't asked.
        public var type: String?
        public var reference = SecretReference()

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try reference.bind(&x)
            try reference.require(x)
        }
    }
}

/// Which secret is meant: by UUID or by what it's used for.
public struct SecretReference: XMLElement {
    public var uuid: UUID?
    public var usage: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if let node = x.node, node.attribute("uuid") != nil, node.attribute("usage") != nil {
            throw x.fault("either secret uuid or usage expected")
        }
        try x.attribute("uuid", &uuid, .refusing("invalid secret uuid '%'", .xml))
        try x.attribute("usage", &usage)
    }

    /// A secret is found in one of two ways.
    func require(_ x: XMLBinder) throws(XMLError) {
        try x.require(uuid != nil || usage != nil, "missing secret uuid or usage attribute")
        try x.require(uuid == nil || usage == nil, "either secret uuid or usage expected")
    }
}

/// How an image is encrypted.
public struct StorageEncryption: XMLElement {
    public var format: Format = .default
    public var engine: Engine?
    public var secrets: [Secret] = []
    @Boxed public var cipher: Cipher?
    @Boxed public var ivgen: IVGenerator?

    public init() {}

    public enum Format: String, XMLWord {
        case `default`, qcow, luks, luks2
        case luksAny = "luks-any"
    }

    public enum Engine: String, XMLWord { case `default`, qemu, librbd }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute(
            "format", &format, .unlessEmpty.refusing("unknown volume encryption format type %"),
            orElse: "unknown volume encryption format")
        try x.attribute("engine", &engine)
        x.expand()
        try x.elements("secret", &secrets)
        // Others have no choice.
        guard format == .luks else { return }
        try x.element("cipher", &cipher)
        try x.require(cipher != nil || !x.hasChild("ivgen"), "ivgen element found, but cipher is missing")
        try x.element("ivgen", &ivgen)
    }

    public struct Secret: XMLElement {
        public var type = "passphrase"
        public var reference = SecretReference()

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type, .unlessEmpty, orElse: "unknown volume encryption secret type")
            try x.require(
                type == "passphrase", "unknown volume encryption secret type \(type)", .unsupported)
            try reference.bind(&x)
            try reference.require(x)
        }
    }

    public struct Cipher: XMLElement {
        public var name = ""
        /// In bits.
        public var size: UInt32 = 0
        public var mode: String?
        public var hash: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name, orElse: "cipher info missing 'name' attribute")
            try x.attribute("size", &size)
            try x.attribute("mode", &mode)
            try x.attribute("hash", &hash)
        }
    }

    public struct IVGenerator: XMLElement {
        public var name = ""
        public var hash: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name, orElse: "missing ivgen info name string")
            try x.attribute("hash", &hash)
        }
    }
}

/// SCSI reservations, which a helper makes for the hypervisor.
public struct Reservations: XMLElement {
    public var managed: Bool?
    @Boxed public var source: Source?

    public init() {}

    /// Where a helper listens that somebody else runs.
    public struct Source: XMLElement {
        public var type = "unix"
        public var path: String?
        public var mode = "client"
        @Boxed public var reconnect: Reconnect?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute(
                "type", &type, .unlessEmpty, orElse: "missing connection type for <reservations/>")
            try x.attribute("path", &path, .unlessEmpty, orElse: "missing path for <reservations/>")
            try x.attribute(
                "mode", &mode, .unlessEmpty, orElse: "missing connection mode for <reservations/>")
            try x.require(type == "unix", "unsupported connection type for <reservations/>: \(type)")
            try x.require(mode == "client", "unsupported connection mode for <reservations/>: \(mode)")
            try x.element("reconnect", &reconnect)
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.requireAttribute("managed")
        try x.yesNo("managed", &managed)
        try x.element("source", &source)
        try x.require(
            managed == true || source != nil, "missing connection type for <reservations/>")
    }
}
