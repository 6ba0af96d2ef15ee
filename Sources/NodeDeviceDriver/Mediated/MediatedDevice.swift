import ByteText
import JSON
import Virt
import VirtXML

/// A mediated device as `mdevctl` knows it.
struct MediatedDevice: Hashable, Sendable {
    let uuid: UUID
    /// The kernel's name of the device that it is a part of.
    let parent: String
    var type = ""
    var isAutostarted = false
    /// What it is made with, in this order.
    var attributes: [Attribute] = []
    /// What the device is called here that it is a part of.
    var parentName = NodeDevice.computer

    struct Attribute: Hashable, Sendable {
        let name: String
        let value: String
    }

    init(uuid: UUID, parent: String) { (self.uuid, self.parent) = (uuid, parent) }

    /// What it is called here.
    var name: String { DeviceReader.name("mdev", "\(uuid)", parent) }

    var capability: MdevCapability {
        var capability = MdevCapability()
        (capability.uuid, capability.type, capability.parentAddress) = (uuid, type, parent)
        capability.attributes = attributes.map { .init($0.name, $0.value) }
        return capability
    }
}

extension MediatedDevice {
    /// The devices of a list of `mdevctl`'s: for each parent, its parts by their identities.
    static func all(in list: String) throws(JSONError) -> [MediatedDevice] {
        let document = try JSONValue(parsing: list)
        let parents = (document.array ?? [document]).flatMap { $0.object?.members ?? [] }
        return parents.flatMap { parent in
            let parts = (parent.value.array ?? []).flatMap { $0.object?.members ?? [] }
            return parts.compactMap { MediatedDevice($0.key, $0.value, parent: parent.key) }
        }
    }

    private init?(_ key: String, _ value: JSONValue, parent: String) {
        guard let uuid = UUID(key), let type = value["mdev_type"]?.string else { return nil }
        self.init(uuid: uuid, parent: parent)
        self.type = type
        isAutostarted = value["start"]?.string?.hasSameBytes(as: "auto") == true
        attributes = (value["attrs"]?.array ?? []).flatMap { $0.object?.members ?? [] }.compactMap { member in
            member.value.string.map { Attribute(name: member.key, value: $0) }
        }
    }
}

extension MdevCapability {
    /// What `mdevctl` is given to make such a device.
    func configuration(isAutostarted: Bool = false) -> String {
        var object = JSONObject()
        object.add("mdev_type", type)
        object.add("start", isAutostarted ? "auto" : "manual")
        if !attributes.isEmpty {
            object.add(
                "attrs", .array(attributes.map { .object(JSONObject([($0.name, .string($0.value))])) }))
        }
        return JSONValue.object(object).description
    }
}

extension MdevCapability.Attribute {
    init(_ name: String, _ value: String) {
        self.init()
        (self.name, self.value) = (name, value)
    }
}
