import XMLBinding

/// How a security model keeps the domain apart from others.
public struct Seclabel: XMLElement {
    public var type: Kind = .dynamic
    public var model: String?
    public var relabel: Bool?
    public var label: String?
    public var imageLabel: String?
    public var baseLabel: String?

    public init() {}

    /// The model that keeps guests apart by the user that they run as.
    public static let ownership = "dac"

    /// The label of a guest that runs as a user of the host, which its images are given to meanwhile.
    public static func ownership(user: UInt32, group: UInt32) -> Seclabel {
        var made = Seclabel()
        (made.model, made.relabel) = (ownership, true)
        made.label = "+\(user):+\(group)"
        made.imageLabel = made.label
        return made
    }

    public enum Kind: String, XMLWord { case none, dynamic, `static` }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        let isTyped = x.isWriting || x.node?.attribute("type") != nil
        try x.attribute("type", &type, default: .dynamic)
        try x.attribute("model", &model)
        try x.require(isTyped || model != nil, "missing security model in domain seclabel")
        try bindRelabel(&x)
        let live = !x.options.contains(.inactive)
        if type == .static || live { try x.value("label", &label) }
        try x.require(type != .static || label != nil, "security label is missing")
        if type != .none, live { try x.value("imagelabel", &imageLabel) }
        if type == .dynamic { try x.value("baselabel", &baseLabel) }
        try x.require(
            type != .static && baseLabel == nil || model != nil, "missing security model in domain seclabel")
    }

    private mutating func bindRelabel(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, type == .none { return }
        try x.yesNo("relabel", &relabel)
        guard x.isReading else { return }
        if type == .none, relabel == true {
            throw x.fault("resource relabeling is not compatible with 'none' label type", .unsupported)
        }
        if type == .dynamic, relabel == false, x.node?.attribute("type") != nil {
            throw x.fault("dynamic label type must use resource relabeling", .unsupported)
        }
        if type == .none { relabel = false } else if relabel == nil { relabel = type == .dynamic }
    }
}
