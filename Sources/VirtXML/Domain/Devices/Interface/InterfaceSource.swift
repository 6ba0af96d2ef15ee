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
    /// The kind, path and mode of a vhost-user socket.
    public var socketType: String?
    public var path: String?
    @Boxed public var reconnect: Reconnect?
    @Boxed public var hostdev: HostdevAddress?
    @Boxed public var vds: VDSPort?
    public var ips: [InterfaceIP] = []
    public var routes: [InterfaceRoute] = []

    public init() {}

    public enum MACTableManager: String, XMLWord { case `default`, kernel, libvirt }

    mutating func bindElement(_ x: inout XMLBinder, _ type: InterfaceDevice.Kind) throws(XMLError) {
        switch type {
        case .null: break
        case .user where x.isWriting && dev == nil: break
        default: try x.group("source") { (x) throws(XMLError) in try bind(&x, type) }
        }
    }

    private mutating func bind(_ x: inout XMLBinder, _ type: InterfaceDevice.Kind) throws(XMLError) {
        switch type {
        case .network: try bindNetwork(&x)
        case .bridge: try bindBridge(&x)
        case .direct:
            try bindActualNetwork(&x)
            try x.attribute("dev", &dev)
            try x.attribute("mode", &mode)
        case .ethernet: break
        case .user, .vdpa: try x.attribute("dev", &dev)
        case .internal: try x.attribute("name", &name)
        case .vhostuser: try bindVhostUser(&x)
        case .server, .client, .mcast, .udp: try bindSocket(&x, type)
        case .hostdev: try bindHostdev(&x)
        case .vds: try x.inline(&vds)
        case .null: break
        }
        try x.elements("ip", &ips)
        try x.elements("route", &routes)
    }

    private mutating func bindNetwork(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("network", &network)
        try x.require(
            network != nil, "No <source> 'network' attribute specified with <interface type='network'/>")
        try x.attribute("portgroup", &portgroup)
        if x.options.contains(.inactive), !x.options.contains(.status) { return }
        try x.attribute("portid", &portID)
        try x.attribute("bridge", &bridge)
        try x.attribute("dev", &dev)
        try x.attribute("macTableManager", &macTableManager)
    }

    private mutating func bindActualNetwork(_ x: inout XMLBinder) throws(XMLError) {
        if x.options.contains(.inactive), x.isReading { return }
        try x.attribute("network", &network)
        try x.attribute("portgroup", &portgroup)
        try x.attribute("portid", &portID)
    }

    private mutating func bindBridge(_ x: inout XMLBinder) throws(XMLError) {
        try bindActualNetwork(&x)
        try x.attribute("bridge", &bridge)
        try x.attribute("macTableManager", &macTableManager)
    }

    private mutating func bindVhostUser(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &socketType)
        try x.attribute("path", &path)
        try x.attribute("mode", &mode)
        try x.attribute("dev", &dev)
        try x.element("reconnect", &reconnect)
    }

    private mutating func bindSocket(
        _ x: inout XMLBinder, _ type: InterfaceDevice.Kind
    ) throws(XMLError) {
        try x.attribute("address", &address)
        try x.attribute("port", &port)
        try x.require(
            port != nil, "No <source> 'port' attribute specified with socket interface")
        guard type == .udp else { return }
        try x.group("local") { (x) throws(XMLError) in
            try x.attribute("address", &localAddress)
            try x.attribute("port", &localPort)
        }
    }

    private mutating func bindHostdev(_ x: inout XMLBinder) throws(XMLError) {
        let isActual = network != nil || portgroup != nil || portID != nil
        if x.isReading || isActual { try bindActualNetwork(&x) }
        try x.element("address", &hostdev)
    }
}

/// A card of the host that is handed to the guest.
public struct HostdevAddress: XMLElement {
    public var address: DeviceAddress = .pci(PCIAddress())

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try address.bind(&x)
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
        try x.attribute("switchid", &switchID)
        try x.attribute("portid", &portID)
        try x.attribute("portgroupid", &portgroupID)
        try x.attribute("connectionid", &connectionID)
    }
}
