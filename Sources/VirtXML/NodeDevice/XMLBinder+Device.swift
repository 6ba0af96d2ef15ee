import ByteText
import XMLBinding

extension XMLBinder {
    /// What libvirt calls the device that the present element belongs to: a definition has no name of its own yet.
    var device: String {
        if options.contains(.inactive) { return "new device" }
        var place = node
        while let present = place, present.name != "device" { place = present.parent }
        return place?.children.first { $0.name == "name" }?.text ?? ""
    }

    /// Refuses what a device can't be without.
    func supply(_ isThere: Bool, _ what: String) throws(XMLError) {
        try require(isThere, "no \(what) supplied for '\(device)'", .internalError)
    }

    /// A child that holds a number which the device can't be without.
    mutating func supplied<N: FixedWidthInteger & XMLValue>(
        _ name: StaticString, _ value: inout N, _ what: String
    ) throws(XMLError) {
        var number: N? = isReading ? nil : value
        try self.value(name, &number, .refusing("invalid \(what) supplied for '\(device)'", .internalError))
        try supply(number != nil, what)
        value = number ?? value
    }

    /// A child with a number and a name, of which the device can't be without the number.
    mutating func supplied(_ name: StaticString, _ value: inout IdentifiedName, _ what: String)
        throws(XMLError)
    {
        let text = attribute("id", ofChild: name)
        if isReading {
            try supply(text?.isEmpty == false, what)
            guard text.flatMap({ UInt32(base16: $0) }) != nil else {
                throw fault("invalid \(what) supplied for '\(device)'", .internalError)
            }
        }
        try element(name, &value)
    }

    /// Refuses a capability inside of another one that isn't among those known.
    ///
    /// - Parameter missing: what is said of one without a type; nil where that doesn't count.
    func knows(
        _ types: Set<String>, missing: String?, orElse words: (String) -> String,
        _ code: XMLError.Code = .internalError
    ) throws(XMLError) {
        for child in node?.children ?? [] where child.name == "capability" {
            if let type = child.attribute("type"), missing != nil || !type.isEmpty {
                if !types.contains(type) { throw fault(words(type), code) }
            } else if let missing {
                throw fault(missing, code)
            }
        }
    }

    /// Refuses a definition of a kind that libvirt reads from the host alone, and in a definition knows by number only.
    func definable(_ kind: NodeDeviceCapability.Kind) throws(XMLError) {
        let numbers: [NodeDeviceCapability.Kind: Int] = [.scsiGeneric: 11, .vdpa: 17]
        guard isReading, options.contains(.inactive), let number = numbers[kind] else { return }
        throw fault("unknown capability type '\(number)' for '\(device)'", .internalError)
    }

    /// Refuses a capability inside of another one that has no type.
    func requireSubcapabilityTypes() throws(XMLError) {
        for child in node?.children ?? [] where child.name == "capability" {
            try require(child.attribute("type") != nil, "Missing capability type")
        }
    }
}

extension UInt32 {
    /// A number in hexadecimal, with or without its mark.
    init?(base16 text: String) {
        self.init(text.droppingBytePrefix("0x") ?? text[...], radix: 16)
    }
}
