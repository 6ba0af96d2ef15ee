import XMLBinding

/// Arguments for a hypervisor beside what libvirt knows: Xen's and bhyve's.
public struct ArgumentList: XMLElement {
    static let xenAddress: StaticString = "http://libvirt.org/schemas/domain/xen/1.0"
    static let bhyveAddress: StaticString = "http://libvirt.org/schemas/domain/bhyve/1.0"
    static let vmwareAddress: StaticString = "http://libvirt.org/schemas/domain/vmware/1.0"

    public var arguments: [String] = []
    private var isXen = true

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if let node = x.node { isXen = node.namespace == Self.xenAddress.description }
        var list = arguments.map(QEMUNamespace.Argument.init)
        if isXen {
            try x.elements("xen:arg", &list, in: Self.xenAddress)
        } else {
            try x.elements("bhyve:arg", &list, in: Self.bhyveAddress)
        }
        if x.isReading { arguments = list.map(\.value) }
    }
}

/// The namespaces of other processes that a container shares.
public struct LXCNamespace: Equatable, Sendable {
    static let address: StaticString = "http://libvirt.org/schemas/domain/lxc/1.0"

    public var network: Share?
    public var ipc: Share?
    public var uts: Share?

    public init() {}

    public struct Share: XMLElement {
        public var type: Kind = .name
        public var value = ""

        public init() {}

        public enum Kind: String, XMLWord { case none, name, pid, netns }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try x.attribute("value", &value)
        }
    }

    static func bind(_ value: inout LXCNamespace?, _ x: inout XMLBinder) throws(XMLError) {
        var new = value ?? LXCNamespace()
        try x.group("lxc:namespace", in: address) { (x) throws(XMLError) in
            try x.element("lxc:sharenet", &new.network, in: address)
            try x.element("lxc:shareipc", &new.ipc, in: address)
            try x.element("lxc:shareuts", &new.uts, in: address)
        }
        if x.isReading, new != LXCNamespace() { value = new }
    }
}
