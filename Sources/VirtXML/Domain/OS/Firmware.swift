import XMLBinding

/// Something that the guest's firmware must or must not have.
public struct FirmwareFeature: XMLElement {
    public var enabled: Bool?
    public var name: Name = .secureBoot

    public init() {}

    public enum Name: String, XMLWord {
        case enrolledKeys = "enrolled-keys"
        case secureBoot = "secure-boot"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("enabled", &enabled)
        try x.require(
            enabled != nil, "Missing required attribute 'enabled' in element 'feature'")
        try x.attribute("name", &name)
    }
}

/// The firmware's code.
public struct Loader: XMLElement {
    public var readonly: Bool?
    public var secure: Bool?
    public var type: Kind?
    public var stateless: Bool?
    public var format: StorageFormat?
    public var path: String?

    public init() {}

    public enum Kind: String, XMLWord { case none, rom, pflash }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("readonly", &readonly)
        try x.yesNo("secure", &secure)
        try x.attribute("type", &type)
        try x.yesNo("stateless", &stateless)
        try x.attribute("format", &format)
        try x.content(&path)
    }
}

/// Where the firmware keeps its variables.
public struct NVRAM: XMLElement {
    /// What a new one is a copy of.
    public var template: String?
    public var templateFormat: StorageFormat?
    public var format: StorageFormat?
    /// The variables' file, if it's a plain path.
    public var path: String?
    /// Where the variables are if they're described like a disk.
    @Boxed public var source: StorageSource?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var type = source?.type
        try x.attribute("template", &template)
        try x.attribute("templateFormat", &templateFormat)
        try x.attribute("type", &type)
        try x.attribute("format", &format)
        guard let type else { return try x.content(&path) }
        var image = source ?? StorageSource()
        image.type = type
        try image.bindElement(&x)
        if x.isReading { source = image }
    }
}

/// The first program of a container.
public struct ContainerInit: Equatable, Sendable {
    public var program: String?
    public var arguments: [String] = []
    public var environment: [Variable] = []
    public var directory: String?
    public var user: String?
    public var group: String?

    public init() {}

    public struct Variable: XMLElement {
        public var name = ""
        public var value = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.content(&value)
        }
    }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("init", &program)
        try x.values("initarg", &arguments)
        try x.elements("initenv", &environment)
        try x.value("initdir", &directory)
        try x.value("inituser", &user)
        try x.value("initgroup", &group)
    }
}
