import DriverKit
import Virt
import VirtDriver

/// One client's connection to the QEMU driver.
final class QEMUConnection: DriverConnection {
    private let context: QEMUContext
    /// What ends with this client.
    private let hooks = CloseHooks()

    init(context: QEMUContext) { self.context = context }

    var hypervisor: any HypervisorService { QEMUHypervisor(context: context, connection: self) }

    var events: any EventSource { context.events.source(of: [.domain]) }

    let takesHostServices = true

    func supports(_ feature: DriverFeature) -> Bool {
        switch feature {
        case .typedParamString, .fdPassing, .xmlMigratable, .networkUpdateHasCorrectOrder: true
        default: false
        }
    }

    /// A run of a guest ends when the client goes, at once where it has gone already. No later run does.
    func own(_ domain: QEMUDomain, run: Int32) async {
        let end: CloseHooks.Action = { try? await domain.destroy(run: run) }
        if !hooks.add("\(domain.snapshot.uuid)", end) { await end() }
    }

    func close() async { await hooks.run() }
}
