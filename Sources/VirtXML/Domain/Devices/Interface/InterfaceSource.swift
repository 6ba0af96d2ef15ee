import Virt
import XMLBinding

/// What a card is connected to. Which fields count depends on the card's type.
public struct InterfaceSource: Equatable, Sendable {
    public var network: String?
    public var portgroup: String?
    public var portID: UUID?
    public var bridge: String?
    public var macTableManager: MACTableManager?
    /// A device of the host, or what carries a user network.
    public var dev: String?
    /// The way of a direct connection.
    public var mode: String?
    public var name: String?
    public var address: String?
    public var port: Int32?
    public var localAddress: String?
    public var localPort: Int32?
    /// The path of a vhost-user socket.
    public var path: String?
    @Boxed public var reconnect: Reconnect?
    @Boxed public var hostdev: HostdevAddress?
    @Boxed public var vds: VDSPort?
    public var ips: [InterfaceIP] = []
    public var routes: [InterfaceRoute] = []

    public init() {}

    public enum MACTableManager: String, XMLWord { case `default`, kernel, libvirt }

    /// - Parameter isServed: whether a program connects the card, for which there is no socket to be named.
    mutating func bindElement(
        _ x: inout XMLBinder, _ type: InterfaceDevice.Kind, isServed: Bool
    ) throws(XMLError) {
        if type == .vhostuser, x.isWriting, path == nil, mode == nil, !isServed { return }
        if type == .null || type == .user && !isServed && dev == nil && x.isWriting { return }
        if x.isReading, !isServed { try requireElement(x, type) }
        try x.group("source") { (x) throws(XMLError) in try bind(&x, type, isServed) }
        guard x.isReading, !isServed else { return }
        // What a user network is carried by, only such a program is told.
        if type == .user { dev = nil }
    }

    private func requireElement(_ x: XMLBinder, _ type: InterfaceDevice.Kind) throws(XMLError) {
        guard !x.hasChild("source") else { return }
        switch type {
        case .network, .bridge, .direct, .internal, .vdpa, .vds, .server, .client, .mcast, .udp:
            throw x.fault("interface type='\(type.rawValue)' requires a 'source' element")
        case .hostdev: throw Self.unknownAddress(nil, x)
        case .user, .ethernet, .null, .vhostuser: break
        }
    }

    private static func unknownAddress(_ kind: String?, _ x: XMLBinder) -> XMLError {
        x.fault("unknown host device source address type '\(kind ?? "(null)")'", .unsupported)
    }

    private mutating func bind(
        _ x: inout XMLBinder, _ type: InterfaceDevice.Kind, _ isServed: Bool
    ) throws(XMLError) {
        switch type {
        case .network: try bindNetwork(&x)
        case .bridge: try bindBridge(&x)
        case .direct: try bindDirect(&x)
        case .ethernet: break
        case .user: try x.attribute("dev", &dev)
        case .vdpa: try x.required("dev", &dev)
        case .internal: try x.required("name", &name)
        case .vhostuser: try isServed ? x.attribute("dev", &dev) : bindVhostUser(&x)
        case .server, .client, .mcast, .udp: try bindSocket(&x, type)
        case .hostdev: try bindHostdev(&x)
        case .vds: try x.inline(&vds)
        case .null: break
        }
        try x.elements("ip", &ips)
        try x.elements("route", &routes)
    }

    private mutating func bindNetwork(_ x: inout XMLBinder) throws(XMLError) {
        try x.required("network", &network)
        try x.attribute("portgroup", &portgroup)
        if x.options.contains(.inactive), !x.options.contains(.status) { return }
        try x.attribute("portid", &portID)
        try x.attribute("bridge", &bridge)
        try x.attribute("dev", &dev)
        try x.attribute("macTableManager", &macTableManager)
    }

    /// How the packets of a direct connection reach the other guests.
    private enum Way: String, XMLWord { case vepa, `private`, bridge, passthrough }

    private mutating func bindDirect(_ x: inout XMLBinder) throws(XMLError) {
        try bindActualNetwork(&x)
        try x.required("dev", &dev)
        var way = mode.flatMap { Way(rawValue: $0) } ?? .vepa
        try x.attribute("mode", &way, default: .vepa)
        mode = way.rawValue
    }

    private mutating func bindActualNetwork(_ x: inout XMLBinder) throws(XMLError) {
        if x.options.contains(.inactive), x.isReading { return }
        try x.attribute("network", &network)
        try x.attribute("portgroup", &portgroup)
        try x.attribute("portid", &portID)
    }

    private mutating func bindBridge(_ x: inout XMLBinder) throws(XMLError) {
        try bindActualNetwork(&x)
        try x.required("bridge", &bridge)
        if x.options.contains(.inactive), x.isReading { return }
        try x.attribute("macTableManager", &macTableManager)
    }

    private enum End: String, XMLWord { case server, client }

    private mutating func bindVhostUser(_ x: inout XMLBinder) throws(XMLError) {
        var kind = "unix"
        try x.attribute("type", &kind, default: "unix")
        try x.require(
            kind == "unix", "Type='\(kind)' unsupported for <interface type='vhostuser'>", .unsupported)
        try x.attribute("path", &path)
        var end = mode.flatMap { End(rawValue: $0) } ?? .client
        try x.attribute("mode", &end, default: .client)
        mode = end.rawValue
        try x.element("reconnect", &reconnect)
        if x.isReading, reconnect?.enabled == nil { reconnect = nil }
        if x.isReading, reconnect?.enabled == false { reconnect?.timeout = nil }
    }

    private mutating func bindSocket(
        _ x: inout XMLBinder, _ type: InterfaceDevice.Kind
    ) throws(XMLError) {
        if type == .server {
            try x.attribute("address", &address)
        } else {
            try x.required("address", &address)
        }
        try x.required("port", &port)
        guard type == .udp else { return }
        try x.require(x.hasChild("local"), "'<local>' element missing for 'udp' socket interface")
        try x.group("local") { (x) throws(XMLError) in
            try x.required("address", &localAddress)
            try x.required("port", &localPort)
        }
    }

    private mutating func bindHostdev(_ x: inout XMLBinder) throws(XMLError) {
        let isActual = network != nil || portgroup != nil || portID != nil
        if x.isReading || isActual { try bindActualNetwork(&x) }
        if x.isReading {
            let kind = x.attribute("type", ofChild: "address")
            guard kind.map({ DeviceAddress.Kind(rawValue: $0) != nil }) == true else {
                throw Self.unknownAddress(kind, x)
            }
        }
        try x.element("address", &hostdev)
    }
}

/// A card of the host that is handed to the guest.
public struct HostdevAddress: XMLElement {
    public var address: DeviceAddress = .pci(PCIAddress())

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try address.bind(&x)
        guard case .pci(var place) = address else { return }
        place.multifunction = nil
        address = .pci(place)
    }
}

/// A port of a VMware distributed switch.
public struct VDSPort: XMLElement {
    public var switchID: UUID?
    public var portID: Int64?
    public var portgroupID: String?
    public var connectionID: Int64?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.required("switchid", &switchID)
        try x.attribute("portid", &portID)
        try x.attribute("portgroupid", &portgroupID)
        try x.attribute("connectionid", &connectionID)
        if x.isReading, connectionID == nil { connectionID = 0 }
    }
}
