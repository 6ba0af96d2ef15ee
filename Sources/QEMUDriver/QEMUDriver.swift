import DriverKit
import LinuxSystem
import Logging
import Virt
import VirtDriver
import VirtXML

/// The driver of QEMU and KVM guests.
public final class QEMUDriver: Driver {
    let context: QEMUContext

    public let name = "QEMU"

    /// Guests that run must be under control before anybody is served.
    public let isIndispensable = true

    /// A driver that keeps its files where `configuration` says, is given the values of secrets by `secrets`, places on
    /// networks by `networks`, filters for its cards by `filters`, and volumes by `volumes`.
    public init(
        configuration: QEMUConfiguration, secrets: any SecretSource, networks: any NetworkPorts,
        filters: any FilterBindings, volumes: any StorageVolumes, events: EventHub, log: Logger
    ) {
        let context = QEMUContext(
            configuration: configuration, secrets: secrets, networks: networks, filters: filters,
            volumes: volumes, events: events, log: log)
        self.context = context
        volumes.onUse { [weak context] in context?.filesInUse() ?? [] }
    }

    /// A driver of what `context` says.
    init(_ context: QEMUContext) { self.context = context }

    /// Makes the driver's folders, loads the definitions, and takes up the guests that run.
    ///
    /// What can't be read is told in the log by name, and left as it is.
    public func start() async throws(VirtError) {
        let context = context
        do throws(SystemError) {
            try await Blocking.runPersistently { () throws(SystemError) in try context.prepare() }
        } catch {
            throw VirtError(error, "the QEMU driver's folders can't be made or read")
        }
        if let warning = context.warning { context.log.warning("\(warning)") }
        try await context.loadDefinitions()
        do throws(SystemError) { try await context.takeUpGuests() } catch {
            throw VirtError(error, "the records of running guests can't be read")
        }
        await context.recoverPlans()
        await context.followNetworks()
        context.tellUnfinished()
    }

    public var isActive: Bool { context.domains.all.contains { $0.snapshot.isActive } }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        let uri = request.uri
        guard uri.driver == "qemu" else { return nil }
        let path = ConnectionPath(context.configuration.uri)
        guard uri.path == path.text else {
            throw VirtError(
                .internalError, "unexpected QEMU URI path '\(uri.path)', try \(context.configuration.uri)",
                from: .qemu)
        }
        return QEMUConnection(context: context)
    }
}

/// The path of the URI that a daemon serves.
private struct ConnectionPath {
    let text: String
    init(_ uri: String) { text = (try? ConnectionURI(uri).path) ?? "/system" }
}
