import XMLBinding

/// A state of a feature that may be left to the hypervisor, as an element: `<name state='on'/>`.
extension XMLBinder {
    /// - Parameter absent: what an element without the attribute means.
    mutating func state(
        _ name: StaticString, _ value: inout Bool?, absent: Bool? = nil
    ) throws(XMLError) {
        var state = value
        try group(name) { (x) throws(XMLError) in
            if x.isReading { state = absent }
            try x.onOff("state", &state)
            try x.require(state != nil, "Missing required attribute 'state' in element '\(name)'")
        }
        value = state
    }
}

/// The generation of virtio that a device speaks.
public enum VirtioModel: String, XMLWord {
    case virtio
    case transitional = "virtio-transitional"
    case nonTransitional = "virtio-non-transitional"
}
