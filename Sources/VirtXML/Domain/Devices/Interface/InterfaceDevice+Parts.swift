import ByteText
import XMLBinding

extension InterfaceDevice {
    /// Whether the card is connected as its network says, and not as its definition does.
    var isPlacedByNetwork: Bool { type != .network && source.network != nil }

    /// Makes it what its definition says: a card of a network.
    mutating func forgetPlace() {
        var defined = InterfaceSource()
        (defined.network, defined.portgroup) = (source.network, source.portgroup)
        (type, source) = (.network, defined)
    }

    /// Whether the document names a card of the virtio family.
    var isVirtio: Bool { model.map { VirtioModel(rawValue: $0) != nil } ?? false }

    /// Whether what the card sends passes the host where it can be looked at.
    var mayBeFiltered: Bool { [.network, .bridge, .ethernet].contains(type) }

    /// Only a virtio card has a driver that can be told something; that of a card of the host is what hands it over.
    mutating func bindDriver(_ x: inout XMLBinder) throws(XMLError) {
        if type == .hostdev, x.isWriting { return }
        if x.isWriting || isVirtio && type != .hostdev {
            try x.element("driver", &driver)
            guard x.isReading else { return }
            if driver?.queues ?? 2 < 2 { driver?.queues = nil }
            if driver == InterfaceDriver() { driver = nil }
            return
        }
        try x.onlyReading("driver") { (x) throws(XMLError) in
            var options = VirtioOptions()
            try options.bind(&x)
            if type == .hostdev { return }
            for (name, value) in [
                ("iommu", options.iommu), ("ats", options.ats), ("packed", options.packed),
            ] {
                try x.require(
                    value == nil, "\(name) driver option is only supported for virtio devices", .unsupported)
            }
            try x.require(
                options.pagePerVQ == nil, "page_per_vq option is only supported for virtio devices",
                .unsupported)
        }
    }

    /// Whether this kind of card can be plugged into such a port, and the port knows all that it must.
    mutating func bindSwitch(_ x: inout XMLBinder) throws(XMLError) {
        try x.require(
            [.network, .bridge, .direct, .hostdev].contains(type) || !x.hasChild("virtualport"),
            "<virtualport> element unsupported for <interface type='\(type.rawValue)'>", .unsupported)
        try x.element("virtualport", &virtualPort)
        guard let port = virtualPort else { return }
        // What a network's port is told, its network may add to.
        if type != .network { try port.checkComplete(x) }
        try port.checkKnown(x)
    }
}
