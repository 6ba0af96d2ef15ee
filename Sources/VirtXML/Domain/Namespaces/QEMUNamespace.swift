import XMLBinding

/// What QEMU is told beside what libvirt knows.
public struct QEMUNamespace: Equatable, Sendable {
    static let address: StaticString = "http://libvirt.org/schemas/domain/qemu/1.0"

    @Boxed public var commandLine: CommandLine?
    @Boxed public var capabilities: Capabilities?
    @Boxed public var override: Override?
    public var deprecation: DeprecationBehavior?

    public init() {}

    static func bind(_ value: inout QEMUNamespace?, _ x: inout XMLBinder) throws(XMLError) {
        var new = value ?? QEMUNamespace()
        x.gather("qemu:commandline", "qemu:capabilities", "qemu:override", in: address)
        try x.element("qemu:commandline", &new.commandLine, in: address)
        try x.element("qemu:capabilities", &new.capabilities, in: address)
        try x.element("qemu:override", &new.override, in: address)
        try x.group("qemu:deprecation", in: address) { (x) throws(XMLError) in
            try x.attribute("behavior", &new.deprecation)
        }
        if x.isReading { value = new.withoutEmptyParts }
    }

    /// nil if nothing is said.
    private var withoutEmptyParts: QEMUNamespace? {
        var copy = self
        if copy.commandLine == CommandLine() { copy.commandLine = nil }
        if copy.capabilities == Capabilities() { copy.capabilities = nil }
        if copy.override == Override() { copy.override = nil }
        return copy == QEMUNamespace() ? nil : copy
    }

    /// What QEMU does when something is used that it will give up.
    public enum DeprecationBehavior: String, XMLWord { case none, omit, reject, crash }

    /// Arguments and environment added to QEMU's own.
    public struct CommandLine: XMLElement {
        public var arguments: [String] = []
        public var environment: [Variable] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            var list = arguments.map(Argument.init)
            try x.elements("qemu:arg", &list, in: address)
            if x.isReading { arguments = list.map(\.value) }
            try x.elements("qemu:env", &environment, in: address)
        }
    }

    struct Argument: XMLElement {
        var value = ""

        init() {}

        init(_ value: String) { self.value = value }

        mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute(
                "value", &value, orElse: "No qemu command-line argument specified", .internalError)
        }
    }

    public struct Variable: XMLElement {
        public var name = ""
        public var value: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name, orElse: "No qemu environment name specified", .internalError)
            let letters = { (unit: UInt8) in
                unit == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(unit | 0x20)
            }
            try x.require(
                name.utf8.first.map(letters) == true,
                "Invalid environment name, it must begin with a letter or underscore", .internalError)
            try x.require(
                name.utf8.allSatisfy { letters($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) },
                "Invalid environment name, it must contain only alphanumerics and underscore", .internalError)
            try x.attribute("value", &value)
        }
    }

    /// Abilities that this QEMU is said to have or to lack.
    public struct Capabilities: XMLElement {
        public var added: [String] = []
        public var removed: [String] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            var more = added.map(Capability.init), less = removed.map(Capability.init)
            try x.elements("qemu:add", &more, in: address)
            try x.elements("qemu:del", &less, in: address)
            if x.isReading { (added, removed) = (more.map(\.name), less.map(\.name)) }
        }
    }

    struct Capability: XMLElement {
        var name = ""

        init() {}

        init(_ name: String) { self.name = name }

        mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("capability", &name, orElse: "missing capability name", .internalError)
        }
    }

    /// Properties of devices that replace what would be given.
    public struct Override: XMLElement {
        public var devices: [Device] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.elements("qemu:device", &devices, in: address)
        }

        public struct Device: XMLElement {
            public var alias = ""
            public var properties: [Property] = []

            public init() {}

            public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
                try x.attribute("alias", &alias, orElse: "missing 'alias' attribute for qemu:device")
                try x.group("qemu:frontend", in: address) { (x) throws(XMLError) in
                    try x.elements("qemu:property", &properties, in: address)
                }
            }
        }

        public struct Property: XMLElement {
            public var name = ""
            public var type: Kind = .string
            public var value: String?

            public init() {}

            public enum Kind: String, XMLWord { case string, signed, unsigned, bool, remove }

            public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
                try x.attribute("name", &name, orElse: "missing 'name' attribute for qemu:property")
                try x.attribute("type", &type)
                try x.attribute("value", &value)
                try check(x)
            }

            private func check(_ x: XMLBinder) throws(XMLError) {
                guard let value else {
                    return try x.require(
                        type == .remove, "missing 'value' attribute for 'qemu:property'")
                }
                let fits =
                    switch type {
                    case .string: true
                    case .signed: Int64(value) != nil
                    case .unsigned: UInt64(value) != nil
                    case .bool: value == "true" || value == "false"
                    case .remove: false
                    }
                try x.require(
                    fits,
                    type == .remove
                        ? "setting 'value' attribute of 'qemu:property' doesn't make sense with 'remove' type"
                        : "invalid value '\(value)' of 'value' attribute of 'qemu:property'")
            }
        }
    }
}
