import XMLBinding

/// Arguments for a hypervisor beside what libvirt knows: Xen's and bhyve's.
enum ArgumentList {
    static let xenAddress: StaticString = "http://libvirt.org/schemas/domain/xen/1.0"
    static let bhyveAddress: StaticString = "http://libvirt.org/schemas/domain/bhyve/1.0"
    static let vmwareAddress: StaticString = "http://libvirt.org/schemas/domain/vmware/1.0"

    static func bindXen(_ arguments: inout [String], _ x: inout XMLBinder) throws(XMLError) {
        try x.group("xen:commandline", in: xenAddress) { (x) throws(XMLError) in
            try bind("xen:arg", xenAddress, &arguments, &x)
        }
    }

    static func bindBhyve(_ arguments: inout [String], _ x: inout XMLBinder) throws(XMLError) {
        try x.group("bhyve:commandline", in: bhyveAddress) { (x) throws(XMLError) in
            try bind("bhyve:arg", bhyveAddress, &arguments, &x)
        }
    }

    private static func bind(
        _ name: StaticString, _ address: StaticString, _ arguments: inout [String], _ x: inout XMLBinder
    ) throws(XMLError) {
        var list = arguments.map(QEMUNamespace.Argument.init)
        try x.elements(name, &list, in: address)
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
