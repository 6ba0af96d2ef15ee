import XMLBinding

/// A security label of one image or device, which overrides the domain's.
public struct DeviceSeclabel: XMLElement {
    public var model: String?
    public var relabel: Bool?
    /// The running guest's image was left as it is.
    public var labelskip: Bool?
    public var label: String?

    public init() {}

    /// Nothing is said that a definition keeps.
    fileprivate var saysNothing: Bool { label == nil && relabel != false && labelskip != true }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        try bindSkip(&x)
        if labelskip != true { try x.yesNo("relabel", &relabel) }
        try x.value("label", &label)
        guard x.isReading else { return }
        try x.require(
            label == nil || relabel != false,
            "Cannot specify a label if relabelling is turned off. model=\(model ?? "NULL")")
        try x.require(
            label != nil || relabel != true,
            "Cannot specify relabel if label is missing. model=\(model ?? "NULL")")
        if label != nil { relabel = true }
    }

    private mutating func bindSkip(_ x: inout XMLBinder) throws(XMLError) {
        if x.options.contains(.inactive), !x.options.contains(.status) { return }
        if labelskip != false { try x.yesNo("labelskip", &labelskip) }
        if labelskip == false { labelskip = nil }
    }
}

extension XMLBinder {
    /// The labels of an image or device, one of each model.
    mutating func seclabels(_ list: inout [DeviceSeclabel]) throws(XMLError) {
        try elements("seclabel", &list)
        guard isReading else { return }
        if let second = list.filter({ $0.model != nil }).firstRepeated(by: \.model) {
            throw fault("seclabel for model \(second.model ?? "") is already provided", .malformed)
        }
        list.removeAll { $0.saysNothing }
    }
}
