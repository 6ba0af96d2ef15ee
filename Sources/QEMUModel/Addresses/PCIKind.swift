import VirtXML

/// A kind of device that may be on a PCI bus: where a domain keeps its devices, and what slots they need.
struct PCIKind: Sendable {
    let type: any Device.Type
    /// Which devices of the kind are meant.
    let indices: @Sendable (DomainDevices) -> [Int]
    /// The name and place of one of them.
    let info: @Sendable (DomainDevices, Int) -> DeviceInfo?
    /// Changes the name and place of one of them.
    let change: @Sendable (inout DomainDevices, Int, (inout DeviceInfo) -> Void) -> Void
    /// The kind of slot that one of them needs; nil if it is on no PCI bus.
    let connection: @Sendable (DomainDevices, Int, PCIBuses) -> PCIConnection?
    /// The element that one of them comes from.
    let origin: @Sendable (Int) -> QEMUOrigin

    /// Devices of which there may be several.
    static func many<T: Device>(
        _ path: any WritableKeyPath<DomainDevices, [T]> & Sendable,
        where isMeant: @escaping @Sendable (T) -> Bool = { _ in true },
        _ connection: @escaping @Sendable (T, PCIBuses) -> PCIConnection?
    ) -> PCIKind {
        PCIKind(
            type: T.self,
            indices: { devices in
                devices[keyPath: path].indices.filter { isMeant(devices[keyPath: path][$0]) }
            },
            info: { $0[keyPath: path][$1].info },
            change: { devices, index, body in body(&devices[keyPath: path][index].info) },
            connection: { connection($0[keyPath: path][$1], $2) },
            origin: { .device(T.self, $0) })
    }

    /// A device of which there is one at most.
    static func one<T: Device>(
        _ path: any WritableKeyPath<DomainDevices, T?> & Sendable,
        _ connection: @escaping @Sendable (T, PCIBuses) -> PCIConnection?
    ) -> PCIKind {
        PCIKind(
            type: T.self,
            indices: { $0[keyPath: path] == nil ? [] : [0] },
            info: { devices, _ in devices[keyPath: path]?.info },
            change: { devices, _, body in
                guard var device = devices[keyPath: path] else { return }
                body(&device.info)
                devices[keyPath: path] = device
            },
            connection: { devices, _, buses in devices[keyPath: path].flatMap { connection($0, buses) } },
            origin: { _ in .element("devices/\(T.elementName)") })
    }

    /// All kinds, in the order in which their devices get places.
    static let all: [PCIKind] = [
        many(\.controllers, where: { $0.type == .pci }) { $1.connection(of: $0) },
        many(\.filesystems) { $0.driver?.type == "mtp" ? nil : $1.virtio($0.model) },
        many(\.interfaces, where: { $0.type != .hostdev }) { $1.connection(of: $0) },
        many(\.sounds) { $1.connection(of: $0) },
        many(\.controllers, where: { $0.type != .pci }) { $1.connection(of: $0) },
        many(\.disks) { $0.target.bus == .virtio ? $1.virtio($0.model) : nil },
        many(\.interfaces, where: { $0.type == .hostdev }) { $1.connection(of: $0) },
        many(\.hostdevs) { $1.connection(of: $0) },
        one(\.memballoon) { balloon, buses in
            VirtioModel(rawValue: balloon.model.rawValue).map { buses.virtio($0) }
        },
        many(\.rngs) { $1.virtio($0.model) },
        many(\.watchdogs) { $0.model == .i6300esb ? $1.conventional : nil },
        many(\.iommus) { $0.model == .virtio ? $1.fixed : nil },
        many(\.videos) { $1.connection(of: $0) },
        many(\.shmems) { _, buses in buses.conventional },
        many(\.inputs) { $0.bus == .virtio ? $1.virtio($0.model) : nil },
        many(\.serials) { $0.target.type == "pci-serial" ? $1.conventional : nil },
        many(\.memories) { [.virtioMem, .virtioPmem].contains($0.model) ? $1.native : nil },
        one(\.vsock) { $1.virtio($0.model) },
        many(\.panics) { $0.model == .pvpanic ? $1.fixed : nil },
        many(\.cryptos) { _, buses in buses.conventional },
        one(\.pstore) { _, buses in buses.conventional },
    ]
}
