import Virt
import XMLBinding

extension VirtError {
    /// An argument that a call can't take: libvirt's error, with the names of the call and of the argument in it.
    public static func refused(
        _ function: String, _ argument: String, _ message: String, from domain: ErrorDomain = .domain
    ) -> VirtError {
        VirtError(
            code: .invalidArg, domain: domain, message: message, string1: function, string2: argument,
            integer1: 0, integer2: 0)
    }

    /// An argument that a call needs and that is missing.
    public static func null(
        _ argument: String, in function: String, from domain: ErrorDomain = .domain
    ) -> VirtError {
        refused(function, argument, "\(argument) in \(function) must not be NULL", from: domain)
    }

    /// A fault of a document, as the API reports it: libvirt's words, and the line.
    public init(document error: XMLError, from domain: ErrorDomain = .domain) {
        // This code's own words are all that there is to say.
        let detail = error.code == .noName || error.message.isEmpty ? nil : error.located
        self.init(ErrorNumber(rawValue: error.code.rawValue), detail, from: domain)
    }
}

extension OptionSet where RawValue == UInt32 {
    /// Throws `invalidArg` for flags that a call doesn't know.
    ///
    /// - Parameters:
    ///   - known: the flags that it knows.
    ///   - function: the function's name in libvirt, for the message.
    public func require(_ known: Self = [], in function: String, from domain: ErrorDomain) throws(VirtError) {
        try rawValue.require(known.rawValue, in: function, from: domain)
    }
}

extension UInt32 {
    /// As above, for a call whose flags have no names.
    public func require(_ known: UInt32 = 0, in function: String, from domain: ErrorDomain) throws(VirtError)
    {
        let unknown = self & ~known
        if unknown == 0 { return }
        let message = "unsupported flags (0x\(String(unknown, radix: 16))) in function \(function)"
        throw VirtError.refused(function, "flags", message, from: domain)
    }
}
