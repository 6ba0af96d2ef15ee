import XMLBinding

/// A kind of device: what its element is called, and where a domain keeps its devices.
public struct DeviceKind: Sendable {
    /// The element's name, such as `disk`.
    public let elementName: String
    /// Whether a domain has one at most.
    public let isSingle: Bool
    let read: @Sendable (XMLNode, XMLOptions) throws(XMLError) -> DomainDevice
    let bind: @Sendable (inout XMLBinder, inout DomainDevices) throws(XMLError) -> Void
    let devices: @Sendable (DomainDevices) -> [DomainDevice]
    let change: @Sendable (DeviceChange, any DeviceElement, inout DomainDevices) -> Void
    /// Visits the names and places of the devices, if the kind has any.
    private(set) var visit: @Sendable (inout DomainDevices, (inout DeviceInfo) -> Void) -> Void = { _, _ in }
    /// Shows the names and places of the devices, if the kind has any.
    private(set) var show: @Sendable (DomainDevices, (DeviceInfo) -> Void) -> Void = { _, _ in }

    /// What is listed among the devices and is none of the guest's, such as a lease: it has no name and no place.
    ///
    /// - Parameters:
    ///   - only: why there can be no second one.
    ///   - then: what is to be done once the kind has been read or written.
    static func entry<Slot: DeviceSlot>(
        _ path: any WritableKeyPath<DomainDevices, Slot> & Sendable,
        _ wrap: @escaping @Sendable (Slot.Item) -> DomainDevice, only: OnlyOne? = nil,
        then: @escaping @Sendable (inout XMLBinder, inout DomainDevices) throws(XMLError) -> Void = { _, _ in
        }
    ) -> DeviceKind {
        let name = Slot.Item.elementName
        return DeviceKind(
            elementName: String(describing: name),
            isSingle: Slot.isSingle,
            read: { (node, options) throws(XMLError) in wrap(try Slot.Item(node, options: options)) },
            bind: { (x, devices) throws(XMLError) in
                if let only, x.isReading { try x.atMost(1, name, orElse: only.message, only.code) }
                try devices[keyPath: path].bind(name, &x)
                try then(&x, &devices)
            },
            devices: { $0[keyPath: path].items.map(wrap) },
            change: { change, element, devices in
                if let one = element as? Slot.Item { devices[keyPath: path].apply(change, to: one) }
            })
    }

    /// A device of the guest's.
    static func device<Slot: DeviceSlot>(
        _ path: any WritableKeyPath<DomainDevices, Slot> & Sendable,
        _ wrap: @escaping @Sendable (Slot.Item) -> DomainDevice, only: OnlyOne? = nil,
        then: @escaping @Sendable (inout XMLBinder, inout DomainDevices) throws(XMLError) -> Void = { _, _ in
        }
    ) -> DeviceKind where Slot.Item: Device {
        var kind = entry(path, wrap, only: only, then: then)
        kind.visit = { devices, body in devices[keyPath: path].forEachItem { body(&$0.info) } }
        // By index: a device is large, and what it is made of need not be copied for its place.
        kind.show = { devices, body in
            let items = devices[keyPath: path].items
            for index in items.indices { body(items[index].info) }
        }
        return kind
    }
}

/// What is said to a second device of a kind of which there can be only one.
struct OnlyOne {
    let message: String
    let code: XMLError.Code

    /// - Parameter name: what people call the kind.
    init(_ name: String, _ code: XMLError.Code) {
        message = "only a single \(name) device is supported"
        self.code = code
    }
}

/// What becomes of a device in its list.
enum DeviceChange {
    case insert, remove
    case replace(DomainDevice)

    fileprivate func result<Item: XMLElement>(_ one: Item) -> Item? {
        switch self {
        case .insert: one
        case .remove: nil
        case .replace(let new): new.element as? Item
        }
    }
}

/// Where a domain keeps the devices of a kind: a list, or a place for one.
protocol DeviceSlot: SendableMetatype {
    associatedtype Item: DeviceElement & Equatable
    static var isSingle: Bool { get }
    var items: [Item] { get }
    mutating func apply(_ change: DeviceChange, to one: Item)
    mutating func forEachItem(_ body: (inout Item) -> Void)
    mutating func bind(_ name: StaticString, _ x: inout XMLBinder) throws(XMLError)
}

extension Array: DeviceSlot where Element: DeviceElement & Equatable {
    static var isSingle: Bool { false }
    var items: [Element] { self }

    mutating func apply(_ change: DeviceChange, to one: Element) {
        if case .insert = change { return append(one) }
        guard let index = firstIndex(of: one) else { return }
        if let new = change.result(one) { self[index] = new } else { remove(at: index) }
    }

    mutating func forEachItem(_ body: (inout Element) -> Void) {
        for index in indices { body(&self[index]) }
    }

    mutating func bind(_ name: StaticString, _ x: inout XMLBinder) throws(XMLError) {
        try x.elements(name, &self)
    }
}

extension Optional: DeviceSlot where Wrapped: DeviceElement & Equatable {
    static var isSingle: Bool { true }
    var items: [Wrapped] { map { [$0] } ?? [] }

    mutating func apply(_ change: DeviceChange, to one: Wrapped) { self = change.result(one) }

    mutating func forEachItem(_ body: (inout Wrapped) -> Void) {
        guard var item = self else { return }
        body(&item)
        self = item
    }

    mutating func bind(_ name: StaticString, _ x: inout XMLBinder) throws(XMLError) {
        try x.element(name, &self)
    }
}
