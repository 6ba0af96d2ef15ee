import ByteText
import DriverKit
import Virt
import VirtXML

/// A device of this host, as it is now.
struct NodeDevice: RegisteredObject {
    /// What the device is called that all others are parts of.
    static let computer = "computer"

    static let kind = ObjectKind<NodeDeviceReference>(
        noun: "node device", missing: .noNodeDevice, origin: .nodedev,
        filter: ListFilter(groups: [0xFF_FFFF, 3 << 28, 3 << 30])
    ) { .nodeDeviceLifecycle(NodeDeviceLifecycleEvent(device: $0, event: $1, detail: 0)) }

    /// Its key in the registry; no client sees it.
    let uuid: UUID
    let title: String
    /// What the host shows of it; nil for a mediated device that is defined only.
    var live: NodeDeviceDefinition?
    /// How `mdevctl` makes it, if it keeps that.
    var kept: MediatedDevice?

    init(_ title: String, uuid: UUID = .random()) { (self.title, self.uuid) = (title, uuid) }

    var name: ByteName? { ByteName(title) }
    var reference: NodeDeviceReference { NodeDeviceReference(name: title) }
    var isComputer: Bool { title.hasSameBytes(as: Self.computer) }
    var isActive: Bool { live != nil }
    /// The computer is there the next time, too.
    var isPersistent: Bool { kept != nil || isComputer }
    var isAutostarted: Bool { kept?.isAutostarted ?? isComputer }
    var path: String? { live?.path }
    var parent: String? { definition.parent }

    /// What counts now.
    var definition: NodeDeviceDefinition { live ?? inactive ?? NodeDeviceDefinition() }

    /// What it will be once it is started; nil where nobody keeps that.
    var inactive: NodeDeviceDefinition? {
        guard let kept else { return isComputer ? live : nil }
        var definition = NodeDeviceDefinition()
        (definition.name, definition.parent) = (title, live?.parent ?? kept.parentName)
        var capability = kept.capability
        if case .mdev(let now)? = live?.capabilities.first { capability.iommuGroup = now.iommuGroup }
        definition.capabilities = [.mdev(capability)]
        return definition
    }

    /// How a mediated device is; nil for others.
    var mediated: MdevCapability? {
        if case .mdev(let capability)? = definition.capabilities.first { return capability }
        return nil
    }

    /// What tells of a change in its life.
    func event(_ change: NodeDeviceEventLifecycleType) -> Event {
        Self.kind.lifecycle(reference, change.rawValue)
    }
}
