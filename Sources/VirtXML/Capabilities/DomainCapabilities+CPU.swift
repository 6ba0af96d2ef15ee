import XMLBinding

extension DomainCapabilities {
    /// Which CPUs a guest may have.
    public struct CPUModes: XMLElement {
        public var hostPassthrough = Support(false)
        public var maximum = Support(false)
        public var hostModel: HostModel?
        public var custom: [Model]?

        public init() {}

        private enum Name: String, XMLWord {
            case maximum, custom
            case hostPassthrough = "host-passthrough"
            case hostModel = "host-model"
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isReading { try read(&x) } else { try write(&x) }
        }

        private mutating func read(_ x: inout XMLBinder) throws(XMLError) {
            var modes: [AnyMode] = []
            try x.elements("mode", &modes)
            for mode in modes {
                switch Name(rawValue: mode.name) {
                case .hostPassthrough: hostPassthrough = mode.support
                case .maximum: maximum = mode.support
                case .hostModel: hostModel = mode.support.supported == true ? mode.host : nil
                case .custom: custom = mode.support.supported == true ? mode.joined : nil
                case nil: break
                }
            }
        }

        private func write(_ x: inout XMLBinder) throws(XMLError) {
            var modes = [
                AnyMode(Name.hostPassthrough.rawValue, hostPassthrough),
                AnyMode(Name.maximum.rawValue, maximum),
                AnyMode(Name.hostModel.rawValue, Support(hostModel != nil)),
                AnyMode(Name.custom.rawValue, Support(custom != nil)),
            ]
            modes[2].host = hostModel ?? HostModel()
            modes[3].models = custom ?? []
            try x.elements("mode", &modes)
        }
    }

    /// The CPU that is most like the host's.
    public struct HostModel: XMLElement {
        public var model = CPUModel()
        public var vendor: String?
        public var maxPhysAddr: CPUPhysicalAddress?
        public var features: [CPUFeature] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.element("model", &model)
            try x.value("vendor", &vendor)
            try x.element("maxphysaddr", &maxPhysAddr)
            try x.elements("feature", &features)
        }
    }

    /// A CPU by name, and what keeps the host from showing it.
    public struct Model: XMLElement {
        public var name = ""
        public var usable: Usable = .unknown
        public var deprecated = false
        public var vendor = "unknown"
        /// The versioned model that this name stands for.
        public var canonical: String?
        public var blockers: [String] = []

        public init() {}

        public enum Usable: String, XMLWord { case yes, no, unknown }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("usable", &usable, default: .unknown)
            try x.yes("deprecated", &deprecated)
            try x.attribute("vendor", &vendor, default: "unknown")
            try x.attribute("canonical", &canonical)
            try x.content(&name)
        }
    }
}

/// A mode of the CPU, whichever it is.
private struct AnyMode: XMLElement {
    var name = ""
    var support = DomainCapabilities.Support()
    var host = DomainCapabilities.HostModel()
    var models: [DomainCapabilities.Model] = []
    var blockers: [Blockers] = []

    init() {}

    init(_ name: String, _ support: DomainCapabilities.Support) {
        self.name = name
        self.support = support
    }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        try support.bind(&x)
        switch name {
        case "host-model": if support.supported == true { try host.bind(&x) }
        case "custom": try bindModels(&x)
        default: break
        }
    }

    private mutating func bindModels(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading {
            try x.elements("model", &models)
            return try x.elements("blockers", &blockers)
        }
        for model in models {
            var copy = model
            try x.write("model", &copy)
            guard !model.blockers.isEmpty else { continue }
            var blockers = Blockers(model: model.name, features: model.blockers.map { CPUFeatureName($0) })
            try x.write("blockers", &blockers)
        }
    }

    /// The models with their blockers.
    var joined: [DomainCapabilities.Model] {
        var byModel: [String: [String]] = [:]
        for entry in blockers { byModel[entry.model] = entry.features.map(\.name) }
        return models.map { model in
            var model = model
            model.blockers = byModel[model.name] ?? []
            return model
        }
    }
}

private struct Blockers: XMLElement {
    var model = ""
    var features: [CPUFeatureName] = []

    init() {}

    init(model: String, features: [CPUFeatureName]) {
        self.model = model
        self.features = features
    }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try x.elements("feature", &features)
    }
}

/// A feature that is only named.
struct CPUFeatureName: XMLElement {
    var name = ""

    init() {}

    init(_ name: String) { self.name = name }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.attribute("name", &name) }
}
