import ByteText
import DriverKit
import Virt

extension DomainLifecycleEvent {
    fileprivate var isRename: Bool {
        switch DomainEventType(rawValue: event) {
        case .defined: detail == DomainEventDefinedDetailType.renamed.rawValue
        case .undefined: detail == DomainEventUndefinedDetailType.renamed.rawValue
        default: false
        }
    }
}

extension QEMUContext {
    /// Tells of definitions that the last daemon made or removed, and was killed before it could tell.
    func tellUnfinished() {
        for event in events.unfinished {
            guard case .domainLifecycle(var change) = event else { continue }
            let now = domains[change.domain.uuid]?.snapshot
            let saysDefined = change.event == DomainEventType.defined.rawValue
            if change.isRename {
                // It has one name or the other, and each event tells of its own.
                guard now?.name.hasSameBytes(as: change.domain.name) == saysDefined else { continue }
            } else {
                guard (now?.isPersistent ?? false) == saysDefined else { continue }
                change.domain = now?.reference ?? change.domain
            }
            events.publish(.domainLifecycle(change))
        }
    }
}
