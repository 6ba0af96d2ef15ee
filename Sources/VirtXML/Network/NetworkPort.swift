import Virt
import XMLBinding

/// A card's place on a network.
public struct NetworkPortDefinition: XMLRoot {
    public static let elementName: StaticString = "networkport"

    public var uuid: UUID?
    public var ownerUUID: UUID?
    public var ownerName: String?
    public var group: String?
    public var mac: MACAddress?
    @Boxed public var virtualPort: VirtualPort?
    @Boxed public var bandwidth: Bandwidth?
    @Boxed public var vlan: VLAN?
    public var isolated: Bool?
    public var trustGuestRxFilters: Bool?
    public var plug: Plug = .none

    public init() {}

    /// What the card is plugged into.
    public enum Plug: Equatable, Sendable {
        case none
        case network(bridge: String, manager: InterfaceSource.MACTableManager?)
        case bridge(bridge: String, manager: InterfaceSource.MACTableManager?)
        case direct(dev: String, mode: String)
        case hostdevPCI(PCIAddress, managed: Bool?, driver: HostdevDevice.Driver?)
    }

    private enum Kind: String, XMLWord {
        case none, network, bridge, direct
        case hostdevPCI = "hostdev-pci"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try Self.bind(&uuid, &x)
        try x.group("owner") { (x) throws(XMLError) in
            try x.value("name", &ownerName)
            try Self.bind(&ownerUUID, &x)
        }
        try x.value("group", &group)
        try x.group("mac") { (x) throws(XMLError) in
            try x.attribute("address", &mac, .refusing("Unable to parse MAC '%'", .internalError))
        }
        try x.element("virtualport", &virtualPort)
        if x.isReading { try virtualPort?.checkKnown(x) }
        try x.element("bandwidth", &bandwidth)
        try x.element("vlan", &vlan)
        try x.group("port") { (x) throws(XMLError) in try x.yesNo("isolated", &isolated) }
        try x.group("rxfilters") { (x) throws(XMLError) in
            try x.yesNo("trustGuest", &trustGuestRxFilters)
        }
        try x.group("plug") { (x) throws(XMLError) in try bindPlug(&x) }
    }

    /// An identity, with the words that a port has for a wrong one.
    private static func bind(_ value: inout UUID?, _ x: inout XMLBinder) throws(XMLError) {
        var text = value?.description
        try x.value("uuid", &text)
        guard x.isReading, let text else { return }
        guard let parsed = UUID(text) else {
            throw x.fault("Unable to parse UUID '\(text)'", .internalError, value: text)
        }
        value = parsed
    }

    private mutating func bindPlug(_ x: inout XMLBinder) throws(XMLError) {
        var kind = self.kind
        try x.attribute("type", &kind)
        var (name, manager, mode) = ("", InterfaceSource.MACTableManager?.none, "")
        switch plug {
        case .network(let bridge, let known), .bridge(let bridge, let known):
            (name, manager) = (bridge, known)
        case .direct(let dev, let known): (name, mode) = (dev, known)
        case .none, .hostdevPCI: break
        }
        switch kind {
        case .none: plug = .none
        case .network, .bridge:
            try x.attribute("bridge", &name)
            try x.attribute("macTableManager", &manager)
            plug =
                kind == .network
                ? .network(bridge: name, manager: manager) : .bridge(bridge: name, manager: manager)
        case .direct:
            try x.attribute("dev", &name)
            try x.attribute("mode", &mode)
            plug = .direct(dev: name, mode: mode)
        case .hostdevPCI: try bindHostdev(&x)
        }
    }

    private mutating func bindHostdev(_ x: inout XMLBinder) throws(XMLError) {
        var (address, managed, driver) = (PCIAddress?.none, Bool?.none, HostdevDevice.Driver?.none)
        if case .hostdevPCI(let place, let flag, let known) = plug {
            (address, managed, driver) = (place, flag, known)
        }
        try x.yesNo("managed", &managed)
        try x.element("driver", &driver)
        try x.element("address", &address)
        plug = .hostdevPCI(address ?? PCIAddress(), managed: managed, driver: driver)
    }

    private var kind: Kind {
        switch plug {
        case .none: .none
        case .network: .network
        case .bridge: .bridge
        case .direct: .direct
        case .hostdevPCI: .hostdevPCI
        }
    }
}
