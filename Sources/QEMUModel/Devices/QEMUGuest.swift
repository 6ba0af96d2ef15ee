import VirtXML

/// What the description of a device may look at: the domain that it belongs to (with its defaults, aliases
/// and addresses), the binary that will run it, and what the host has prepared for it.
package struct QEMUGuest: Sendable {
    package var domain: DomainDefinition
    package let qemu: QEMUCapabilities
    package var resources: QEMUResources
    /// Where controllers stand in the document. Whoever changes the document may have moved them.
    private let places: [ControllerKey: Int]

    package init(domain: DomainDefinition, qemu: QEMUCapabilities, resources: QEMUResources) {
        self.domain = domain
        self.qemu = qemu
        self.resources = resources
        places = Dictionary(
            domain.devices.controllers.enumerated().map { (ControllerKey($1), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    private struct ControllerKey: Hashable {
        var type: ControllerDevice.Kind
        var index: UInt32

        init(_ controller: ControllerDevice) { self.init(controller.type, controller.index ?? 0) }
        init(_ type: ControllerDevice.Kind, _ index: UInt32) { (self.type, self.index) = (type, index) }
    }

    /// The alias that a device has been given.
    package func alias(of info: DeviceInfo) throws(ConfigurationError) -> String {
        guard let alias = info.alias else { throw .internal("a device has no alias") }
        return alias
    }

    /// The controller of a type with an index.
    package func controller(_ type: ControllerDevice.Kind, _ index: UInt32) -> ControllerDevice? {
        let wanted = ControllerKey(type, index)
        let all = domain.devices.controllers
        if let place = places[wanted], place < all.count, ControllerKey(all[place]) == wanted {
            return all[place]
        }
        return all.first { ControllerKey($0) == wanted }
    }

    /// The alias of the controller that a device is plugged into.
    func controllerAlias(
        _ type: ControllerDevice.Kind, _ index: UInt32
    ) throws(ConfigurationError) -> String {
        guard let alias = controller(type, index)?.info.alias else {
            throw .internal(
                "Could not find \(type.rawValue) controller with index \(index) required for device")
        }
        return alias
    }
}
