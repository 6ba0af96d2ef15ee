import DriverKit
import Virt

extension QEMUContext {
    /// Tells of definitions that the last daemon made or removed, and was killed before it could tell.
    func tellUnfinished() {
        for event in events.unfinished {
            guard case .domainLifecycle(var change) = event else { continue }
            let domain = domains[change.domain.uuid]
            let isPersistent = domain?.snapshot.isPersistent ?? false
            guard isPersistent == (change.event == DomainEventType.defined.rawValue) else { continue }
            change.domain = domain?.snapshot.reference ?? change.domain
            events.publish(.domainLifecycle(change))
        }
    }
}
