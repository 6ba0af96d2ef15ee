import ByteText
import JSON
import QEMUModel
import Virt
import VirtXML

/// A card's place on an Open vSwitch. The switch keeps its ports in a database of its own, which the program `ovs-vsctl`
/// changes; its words are those that libvirt gives it.
struct OpenSwitchPort: Sendable {
    let name: String
    let bridge: String
    let domain: UUID
    private let mac: String
    private let port: VirtualPort
    private let vlan: VLAN?
    private let bandwidth: Bandwidth?

    /// - Returns: nil for a card that is on none.
    init?(_ card: InterfaceDevice, of domain: UUID) {
        guard card.isOnOpenSwitch, let name = card.target?.dev, let bridge = card.source.bridge,
            let port = card.virtualPort
        else { return nil }
        (self.name, self.bridge, self.domain, self.port) = (name, bridge, domain, port)
        (mac, vlan, bandwidth) = (card.mac?.address.xml ?? "", card.vlan, card.bandwidth)
    }

    /// Puts it on the switch, or says anew what is on it.
    var joining: [String] {
        var words = ["--", "--may-exist", "add-port", bridge, name]
        words += ["--", "set", "Port", name, "other_config:transient=true"] + Self.tags(vlan)
        func tell(_ key: String, _ value: String) {
            words += ["--", "set", "Interface", name, "external-ids:\(key)=\(value)"]
        }
        tell("attached-mac", Self.quoted(mac))
        if let id = port.interfaceID { tell("iface-id", Self.quoted(id.description)) }
        tell("vm-id", Self.quoted(domain.description))
        if let profile = port.profileID {
            tell("port-profile", Self.quoted(profile))
            tell("ifname", Self.quoted(name))
        }
        tell("iface-status", "active")
        return words
    }

    /// Forgets which tags packets had.
    var untagging: [String] {
        ["--", "clear", "Port", name, "tag", "--", "clear", "Port", name, "trunks", "vlan_mode"]
    }

    /// Takes it from the switch; it may be gone.
    var leaving: [String] { ["--", "--if-exists", "del-port", name] }

    private static func tags(_ vlan: VLAN?) -> [String] {
        guard let vlan, let first = vlan.tags.first else { return [] }
        let native = vlan.tags.first { $0.nativeMode != nil }
        var words: [String] = []
        if let native, let mode = native.nativeMode {
            words = ["vlan_mode=native-\(mode.rawValue)", "tag=\(native.id)"]
        }
        if vlan.trunk { return words + ["trunk=" + vlan.tags.map { String($0.id) }.joined(separator: ",")] }
        return words.isEmpty ? ["tag=\(first.id)"] : words
    }

    /// Text as the database's words have it, so that none of it is anything but text.
    private static func quoted(_ text: String) -> String { JSONValue.string(text).description }

    // MARK: Bandwidth

    /// Whether what it sends to the guest is limited.
    var isLimited: Bool { bandwidth?.inbound?.average ?? 0 > 0 }
    var hasBandwidth: Bool { bandwidth != nil }

    /// Asks for what limits it, by kind: a queue and the quality of service that it is in.
    func finding(_ kind: String) -> [String] {
        ["--no-heading", "--columns=_uuid", "find", kind] + whose
    }

    /// Limits what it sends, which isn't limited yet.
    var limiting: [String] {
        ["set", "port", name, "qos=@qos1"] + whose
            + ["--", "--id=@qos1", "create", "qos", "type=linux-htb"] + rates + ["queues:0=@queue0"] + whose
            + ["--", "--id=@queue0", "create", "queue"] + rates + whose
    }

    /// Says anew how much it may send.
    func changing(_ kind: String, _ id: UUID) -> [String] { ["set", kind, id.description] + rates + whose }

    var unlimiting: [String] { ["--", "--if-exists", "clear", "port", name, "qos"] }

    static func destroying(_ kind: String, _ id: UUID) -> [String] { ["destroy", kind, id.description] }

    /// Limits what it receives from the guest, or doesn't any more.
    var policing: [String] {
        let words = ["set", "Interface", name]
        guard let outbound = bandwidth?.outbound, let average = outbound.average else {
            return words + ["ingress_policing_rate=0", "ingress_policing_burst=0"]
        }
        let burst = outbound.burst.map { ["ingress_policing_burst=\(Self.bits($0, of: 1))"] } ?? []
        return words + ["ingress_policing_rate=\(Self.bits(average, of: 1))"] + burst
    }

    private var whose: [String] {
        ["external-ids:vm-id=\(Self.quoted(domain.description))", "external-ids:ifname=\(Self.quoted(name))"]
    }

    private var rates: [String] {
        guard let inbound = bandwidth?.inbound, let average = inbound.average else { return [] }
        var words = ["other_config:min-rate=\(Self.bits(average, of: 1000))"]
        if let burst = inbound.burst { words.append("other_config:burst=\(Self.bits(burst, of: 1024))") }
        if let peak = inbound.peak { words.append("other_config:max-rate=\(Self.bits(peak, of: 1000))") }
        return words
    }

    private static func bits(_ amount: UInt64, of unit: UInt64) -> UInt64 {
        let (bits, isTooMuch) = amount.multipliedReportingOverflow(by: unit * 8)
        return isTooMuch ? .max : bits
    }
}

extension InterfaceDevice {
    /// Whether the card's end belongs to an Open vSwitch instead of a bridge of the kernel's.
    var isOnOpenSwitch: Bool { isTap && virtualPort?.type == .openvswitch }
}
