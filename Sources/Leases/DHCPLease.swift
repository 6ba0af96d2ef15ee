import ByteText
import JSON

/// An address that a guest has for a while, as libvirt's files have it; tools such as libvirt-nss read them.
public struct DHCPLease: Hashable, Sendable {
    public var address: String
    public var mac: String?
    public var hostname: String?
    public var clientID: String?
    /// For IPv6: which of its cards the client means, and who the server is.
    public var iaid: String?
    public var serverDUID: String?
    /// When it ends, in seconds since 1970; 0 for never.
    public var expiry: Int64

    public init(address: String, mac: String?, expiry: Int64) {
        (self.address, self.mac, self.expiry) = (address, mac, expiry)
    }

    public var isIPv6: Bool { address.contains(byte: ":") }

    init?(_ value: JSONValue) {
        guard let object = value.object, let address = object["ip-address"]?.string else { return nil }
        self.init(
            address: address, mac: object["mac-address"]?.string, expiry: object["expiry-time"]?.int ?? 0)
        (hostname, clientID) = (object["hostname"]?.string, object["client-id"]?.string)
        (iaid, serverDUID) = (object["iaid"]?.string, object["server-duid"]?.string)
    }

    /// What it is in the file, in libvirt's order.
    var fields: [(String, JSONValue)] {
        let texts = [
            ("iaid", iaid), ("ip-address", address), ("mac-address", mac), ("hostname", hostname),
            ("client-id", clientID),
            ("server-duid", serverDUID),
        ]
        return texts.compactMap { name, text in text.map { (name, .string($0)) } } + [
            ("expiry-time", JSONValue(expiry))
        ]
    }
}
