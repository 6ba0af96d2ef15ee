import VirtXML

/// What the description of a device may look at: the domain that it belongs to (with its defaults, aliases
/// and addresses), the binary that will run it, and what the host has prepared for it.
public struct QEMUGuest: Sendable {
    public var domain: DomainDefinition
    public let qemu: QEMUCapabilities
    public var resources: QEMUResources

    public init(domain: DomainDefinition, qemu: QEMUCapabilities, resources: QEMUResources) {
        self.domain = domain
        self.qemu = qemu
        self.resources = resources
    }

    /// The alias that a device has been given.
    func alias(of info: DeviceInfo) throws(ConfigurationError) -> String {
        guard let alias = info.alias else { throw .internal("a device has no alias") }
        return alias
    }

    /// The controller of a type with an index.
    func controller(_ type: ControllerDevice.Kind, _ index: UInt32) -> ControllerDevice? {
        domain.devices.controllers.first { $0.type == type && ($0.index ?? 0) == index }
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
