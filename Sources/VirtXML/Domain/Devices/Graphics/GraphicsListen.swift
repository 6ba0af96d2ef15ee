import XMLBinding

/// Where a graphics server listens.
public struct GraphicsListen: XMLElement {
    public var kind: Kind = .address(nil)

    public init() {}

    public init(_ kind: Kind) { self.kind = kind }

    public enum Kind: Equatable, Sendable {
        case none
        /// An address of the host; nil for the configured default.
        case address(String?)
        /// The host's address on a network; the address is known while the domain runs.
        case network(String, address: String?)
        /// A unix socket; `generated` if the daemon chose the path.
        case socket(String?, generated: Bool)
    }

    private enum Word: String, XMLWord { case none, address, network, socket }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try read(&x) } else { try write(&x) }
    }

    private mutating func read(_ x: inout XMLBinder) throws(XMLError) {
        var word = Word.none
        var address: String?, network: String?, socket: String?
        try x.attribute("type", &word)
        try x.attribute("address", &address)
        try x.attribute("network", &network)
        try x.attribute("socket", &socket, .unlessEmpty)
        if address == "" { address = nil }
        try x.require(
            network == nil || word == .network, "'network' attribute is valid only for listen type 'network'")
        try x.require(
            socket == nil || word == .socket, "'socket' attribute is valid only for listen type 'socket'")
        switch word {
        case .none: kind = .none
        case .address: kind = .address(address)
        case .socket: kind = .socket(socket, generated: false)
        case .network:
            kind = .network(network ?? "", address: x.options.contains(.inactive) ? nil : address)
        }
    }

    private func write(_ x: inout XMLBinder) throws(XMLError) {
        var word = Word.none
        var address: String?, network: String?, socket: String?
        let inactive = x.options.contains(.inactive)
        switch kind {
        case .none: break
        case .address(let text): (word, address) = (.address, text)
        case .network(let name, let text):
            (word, network, address) = (.network, name, inactive ? nil : text)
        case .socket(let path, let generated):
            (word, socket) = (.socket, generated && inactive ? nil : path)
        }
        try x.attribute("type", &word)
        try x.attribute("address", &address)
        try x.attribute("network", &network)
        try x.attribute("socket", &socket)
    }

    /// Takes the `listen` and `socket` attributes of the device itself for its first listener, and checks
    /// that they agree with the listeners that are spelled out.
    static func mergeOld(
        _ x: XMLBinder, _ list: inout [GraphicsListen], _ type: GraphicsDevice.Kind
    ) throws(XMLError) {
        guard let node = x.node else { return }
        let socket = type == .vnc ? node.attribute("socket") : nil
        if let socket, try merge(socket: socket, x, &list) { return }
        let said = node.attribute("listen")
        if list.isEmpty { list = [GraphicsListen(.address(nil))] }
        guard let old = said, case .address(let address) = list[0].kind else { return }
        if address == nil, !old.isEmpty { list[0].kind = .address(old) }
        try x.require(
            address == nil || address == old,
            "graphics 'listen' attribute '\(old)' must match 'address' attribute of first listen element "
                + "(found '\(address ?? "none")')", .unsupported)
    }

    private static func merge(
        socket: String, _ x: XMLBinder, _ list: inout [GraphicsListen]
    ) throws(XMLError) -> Bool {
        guard let first = list.first else {
            list = [GraphicsListen(.socket(socket, generated: false))]
            return true
        }
        switch first.kind {
        case .socket(nil, _): list[0].kind = .socket(socket, generated: false)
        case .socket(let path?, _):
            try x.require(
                path == socket,
                "graphics 'socket' attribute '\(socket)' must match 'socket' attribute of first listen "
                    + "element (found '\(path)')", .unsupported)
        case .address:
            list[0].kind = .socket(socket, generated: false)
        default: return false
        }
        return true
    }
}
