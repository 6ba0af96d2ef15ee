import Virt
import XMLBinding

/// What a switch is told about a card.
public struct VirtualPort: XMLElement {
    public var type: Kind?
    public var managerID: UInt32?
    public var typeID: UInt32?
    public var typeIDVersion: UInt32?
    public var instanceID: UUID?
    public var interfaceID: UUID?
    public var profileID: String?

    public init() {}

    public enum Kind: String, XMLWord {
        case none, openvswitch, midonet
        case qbg = "802.1Qbg"
        case qbh = "802.1Qbh"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type, .refusing("unknown virtualport type %"))
        try x.group("parameters") { (x) throws(XMLError) in
            try Self.bind("managerid", &managerID, 255, "value of managerid out of range", &x)
            try Self.bind("typeid", &typeID, 0xff_ffff, "value for typeid out of range", &x)
            try Self.bind("typeidversion", &typeIDVersion, 255, "value of typeidversion out of range", &x)
            try x.attribute(
                "instanceid", &instanceID, .refusing("cannot parse instanceid parameter as a uuid", .xml))
            try x.attribute(
                "interfaceid", &interfaceID, .refusing("cannot parse interfaceid parameter as a uuid", .xml))
            try x.attribute("profileid", &profileID, .unlessEmpty)
            try x.require(profileID?.utf8.count ?? 0 < 40, "profileid parameter too long")
        }
        if type == .midonet {
            (managerID, typeID, typeIDVersion, instanceID, profileID) = (nil, nil, nil, nil, nil)
        }
    }

    /// A number in a range of its own; libvirt tells what is none from what is too great, or below zero.
    private static func bind(
        _ name: StaticString, _ value: inout UInt32?, _ most: Int64, _ words: String, _ x: inout XMLBinder
    ) throws(XMLError) {
        var number = value.map { Int64($0) }
        try x.number(name, &number, .refusing("cannot parse value of \(name) parameter", .xml))
        try x.require((number ?? 0).magnitude <= UInt32.max, "cannot parse value of \(name) parameter")
        try x.require((0...most).contains(number ?? 0), words)
        value = number.flatMap { UInt32(exactly: $0) }
    }

    /// What this kind of switch is told, of all that can be said.
    func checkKnown(_ x: XMLBinder) throws(XMLError) {
        guard let type, type != .none, type != .midonet else { return }
        for (name, isSaid, known) in parameters where isSaid && !known.contains(type) {
            throw x.fault("extra \(name) unsupported in <virtualport type='\(type.rawValue)'>")
        }
    }

    /// Each parameter by name, whether it is said, and who knows it.
    private var parameters: [(String, Bool, Set<Kind>)] {
        [
            ("managerid", managerID != nil, [.qbg]), ("typeid", typeID != nil, [.qbg]),
            ("typeidversion", typeIDVersion != nil, [.qbg]), ("instanceid", instanceID != nil, [.qbg]),
            ("profileid", profileID != nil, [.qbh, .openvswitch]),
            ("interfaceid", interfaceID != nil, [.openvswitch, .midonet]),
        ]
    }

    /// Whether all is said that a port of the kind must know; nothing adds to it any more.
    func checkComplete(_ x: XMLBinder) throws(XMLError) {
        guard let type, type != .none else { throw x.fault("missing required virtualport type") }
        let needed: Set<String> =
            switch type {
            case .qbg: ["managerid", "typeid", "typeidversion"]
            case .qbh: ["profileid"]
            case .midonet: ["interfaceid"]
            case .none, .openvswitch: []
            }
        for (name, isSaid, _) in parameters where !isSaid && needed.contains(name) {
            throw x.fault("missing \(name) in <virtualport type='\(type.rawValue)'>")
        }
    }

    /// Makes up the identities by which a switch knows a port of the kind.
    public mutating func fillIdentities() {
        let kind = type ?? .none
        if kind == .none || kind == .qbg { instanceID = instanceID ?? .random() }
        if kind == .none || kind == .openvswitch || kind == .midonet {
            interfaceID = interfaceID ?? .random()
        }
    }
}
