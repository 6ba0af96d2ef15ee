import ByteText

/// libvirt's error by value: what every call may throw, and what goes over the wire unchanged.
public struct VirtError: Error, Hashable, Sendable {
    /// What kind of fault it is.
    public var code: ErrorNumber
    /// The part of the system that found it.
    public var domain: ErrorDomain
    /// Whether it is an error or a warning.
    public var level: ErrorLevel
    /// What happened to which object, and what to do, if that is known.
    public var message: String
    public var string1: String?
    public var string2: String?
    public var string3: String?
    public var integer1: Int32
    public var integer2: Int32

    /// An error with the whole message as people read it.
    public init(
        code: ErrorNumber, domain: ErrorDomain = .none, level: ErrorLevel = .error, message: String,
        string1: String? = nil, string2: String? = nil, string3: String? = nil, integer1: Int32 = -1,
        integer2: Int32 = -1
    ) {
        self.code = code
        self.domain = domain
        self.level = level
        self.message = message
        self.string1 = string1
        self.string2 = string2
        self.string3 = string3
        self.integer1 = integer1
        self.integer2 = integer2
    }

    /// An error whose message is the code's own beginning ("Domain not found") and `detail`.
    /// A detail without a word is none.
    public init(_ code: ErrorNumber, _ detail: String? = nil, from domain: ErrorDomain = .none) {
        let detail = detail == "" ? nil : detail
        let format = code.format(hasDetail: detail != nil)
        let message = format.replacing(bytesOf: "%s", with: detail ?? "")
        self.init(code: code, domain: domain, message: message, string1: format, string2: detail)
    }

    /// The driver doesn't have the function `api` of libvirt's API.
    public static func notSupported(_ api: String) -> VirtError { VirtError(.noSupport, api) }

    /// The same error as found by another part of the system.
    public func from(_ domain: ErrorDomain) -> VirtError {
        var copy = self
        copy.domain = domain
        return copy
    }
}

extension VirtError: CustomStringConvertible {
    public var description: String { message }
}
