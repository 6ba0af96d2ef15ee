import DriverKit
import Synchronization
import Virt
import VirtDriver

/// One client's connection to the QEMU driver.
final class QEMUConnection: DriverConnection {
    private let context: QEMUContext
    /// The guests that end with this client.
    private let owned = Mutex<Set<UUID>>([])

    init(context: QEMUContext) { self.context = context }

    var hypervisor: any HypervisorService { QEMUHypervisor(context: context, connection: self) }

    func subscribe(_ receive: @escaping @Sendable (Event) -> Void) -> any EventSubscription {
        context.events.subscribe(receive)
    }

    func supports(_ feature: DriverFeature) -> Bool {
        switch feature {
        case .typedParamString, .fdPassing, .xmlMigratable, .networkUpdateHasCorrectOrder: true
        default: false
        }
    }

    /// A guest ends when the client goes.
    func own(_ uuid: UUID) { owned.withLock { _ = $0.insert(uuid) } }

    func close() async {
        let guests = owned.withLock { owned in
            defer { owned = [] }
            return owned
        }
        for uuid in guests { try? await context.registry[uuid]?.destroy() }
    }
}
