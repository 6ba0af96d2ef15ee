import Synchronization
import Virt
import VirtDriver

/// A driver to be tried, and where it means to differ from the others.
public struct ConformanceSubject: Sendable {
    public let connection: any DriverConnection
    /// The document of a small domain with this name and identity, which the driver can run at once.
    public let document: @Sendable (_ name: String, _ uuid: UUID) -> String
    public let differences: DriverDifferences

    public init(
        connection: any DriverConnection, differences: DriverDifferences = DriverDifferences(),
        document: @escaping @Sendable (_ name: String, _ uuid: UUID) -> String
    ) {
        (self.connection, self.differences, self.document) = (connection, differences, document)
    }

    var hypervisor: any HypervisorService { connection.hypervisor }

    /// Defines a domain, does something with it, and removes it, whatever came of that.
    func withDomain(
        named name: String = "conformance",
        _ body: (any DomainOperations, DomainReference) async throws -> Void
    ) async throws {
        let uuid = UUID.random()
        let reference = try await hypervisor.domainDefineXML(xml: document(name, uuid))
        let result: Result<Void, any Error>
        do {
            try await body(hypervisor.domain(reference), reference)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if let left = try? hypervisor.domain(reference) {
            try? await left.destroy()
            try? await left.undefine()
        }
        try result.get()
    }
}

/// What a driver does otherwise than the rule says, on purpose.
public struct DriverDifferences: Sendable {
    /// What a call answers that needs a running guest, where there is none.
    public var suspendWhileShutOff = ErrorNumber.operationInvalid
    public var resumeWhileShutOff = ErrorNumber.operationInvalid
    public var shutdownWhileShutOff = ErrorNumber.operationInvalid
    public var createWhileRunning = ErrorNumber.operationInvalid
    /// nil where it succeeds and changes nothing.
    public var suspendWhilePaused: ErrorNumber?
    public var resumeWhileRunning: ErrorNumber?
    /// Whether `shutdown` ends the guest before it returns.
    public var shutsDownAtOnce = false

    public init() {}
}

/// Lifecycle events of one domain, as they come.
final class LifecycleRecorder: Sendable {
    private let told = Mutex<[String]>([])
    private let subscription = Mutex<(any EventSubscription)?>(nil)

    /// Listens to `connection` from now on.
    init(_ connection: any DriverConnection, domain uuid: UUID) async throws {
        let subscription = connection.events.subscribe { [weak self] published in
            guard case .domainLifecycle(let lifecycle) = published.event, lifecycle.domain.uuid == uuid else {
                return
            }
            self?.told.withLock { $0.append("\(lifecycle.event)/\(lifecycle.detail)") }
        }
        self.subscription.withLock { $0 = subscription }
        try await connection.events.enable(.domain(.lifecycle))
    }

    /// What has been told, as `event/detail`, and forgets it.
    func take() -> [String] {
        told.withLock { told in
            defer { told = [] }
            return told
        }
    }

    deinit { subscription.withLock { $0?.cancel() } }
}
