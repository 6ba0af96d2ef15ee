import Synchronization
import Virt
import VirtDriver

/// Lifecycle events of one object of any sort, as they come.
final class ObjectRecorder: Sendable {
    private let told = Mutex<[Int32]>([])
    private let subscription = Mutex<(any EventSubscription)?>(nil)

    /// Listens from now on.
    init(_ sort: some ObjectSort, _ object: TriedObject) async throws {
        let subscription = sort.connection.events.subscribe { [weak self] published in
            guard let (uuid, change) = published.event.life, uuid == object.uuid else { return }
            self?.told.withLock { $0.append(change) }
        }
        self.subscription.withLock { $0 = subscription }
        try await sort.connection.events.enable(EventKind(sort.subject, 0))
    }

    /// libvirt's numbers of the changes that were told, which are forgotten then.
    func take() -> [Int32] {
        told.withLock { told in
            defer { told = [] }
            return told
        }
    }

    deinit { subscription.withLock { $0?.cancel() } }
}

extension Event {
    /// Whose life it tells of, and which change.
    fileprivate var life: (UUID, Int32)? {
        switch self {
        // A guest's processors start with it, and some drivers tell of both.
        case .domainLifecycle(let it) where it.event == DomainEventType.resumed.rawValue: nil
        case .domainLifecycle(let it): (it.domain.uuid, it.event)
        case .networkLifecycle(let it): (it.network.uuid, it.event)
        case .storagePoolLifecycle(let it): (it.pool.uuid, it.event)
        case .secretLifecycle(let it): (it.secret.uuid, it.event)
        default: nil
        }
    }
}
