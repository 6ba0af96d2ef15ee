import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// A network of this host, as it is now.
struct LocalNetwork: StartableObject {
    let uuid: UUID
    var live: NetworkDefinition?
    var persistent: NetworkDefinition?
    var isAutostarted = false
    /// What serves it while it runs, if anything has to.
    var server: NameServer?
    /// Who is plugged into it while it runs.
    var ports: [UUID: NetworkPortDefinition] = [:]

    static let kind = ObjectKind<NetworkReference>(
        noun: "network", missing: .noNetwork, origin: .network, filter: .startable()
    ) { .networkLifecycle(NetworkLifecycleEvent(network: $0, event: $1, detail: 0)) }

    init(uuid: UUID) { self.uuid = uuid }

    var reference: NetworkReference { NetworkReference(name: title, uuid: uuid) }

    /// What tells of a change in its life.
    func event(_ change: NetworkEventLifecycleType) -> Event {
        Self.kind.lifecycle(reference, change.rawValue)
    }
}
