import XMLBinding

/// A device of the host.
public struct NodeDeviceDefinition: XMLRoot {
    public static let elementName: StaticString = "device"

    public var name = ""
    /// The device's folder below `/sys`.
    public var path: String?
    public var nodes: [DeviceNode] = []
    public var parent: String?
    public var parentWWNN: String?
    public var parentWWPN: String?
    public var parentFabricWWN: String?
    public var driver: String?
    public var capabilities: [NodeDeviceCapability] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("name", &name)
        try x.value("path", &path)
        try x.elements("devnode", &nodes)
        try bindParent(&x)
        try x.group("driver") { (x) throws(XMLError) in try x.value("name", &driver) }
        try x.elements("capability", &capabilities)
        try x.require(!capabilities.isEmpty, "no device capabilities for '\(x.device)'", .internalError)
    }

    /// The device as it is while it isn't there: without a folder, files and a driver.
    public var inactive: NodeDeviceDefinition {
        var device = self
        (device.path, device.nodes, device.driver) = (nil, [], nil)
        return device
    }

    private mutating func bindParent(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("parent") { (x) throws(XMLError) in
            try x.attribute("wwnn", &parentWWNN)
            try x.attribute("wwpn", &parentWWPN)
            try x.attribute("fabric_wwn", &parentFabricWWN)
            try x.require(
                parentWWNN == nil || parentWWPN != nil,
                "when providing parent wwnn='\(parentWWNN ?? "")', the wwpn must also be provided")
            try x.require(
                parentWWPN == nil || parentWWNN != nil,
                "when providing parent wwpn='\(parentWWPN ?? "")', the wwnn must also be provided")
            try x.content(&parent)
        }
    }

    /// A file below `/dev`.
    public struct DeviceNode: XMLElement {
        public var type: Kind = .dev
        public var path = ""

        public init() {}

        public init(_ type: Kind, _ path: String) { (self.type, self.path) = (type, path) }

        public enum Kind: String, XMLWord { case dev, link }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try x.content(&path)
        }
    }
}
