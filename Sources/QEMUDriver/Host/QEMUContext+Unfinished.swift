import ByteText
import DriverKit
import Virt
import VirtXML

extension DomainLifecycleEvent {
    fileprivate var isRename: Bool {
        switch DomainEventType(rawValue: event) {
        case .defined: detail == DomainEventDefinedDetailType.renamed.rawValue
        case .undefined: detail == DomainEventUndefinedDetailType.renamed.rawValue
        default: false
        }
    }
}

extension Event {
    fileprivate var isNewsOfJob: Bool {
        switch self {
        case .domainBlockJob, .domainBlockJob2: true
        default: false
        }
    }
}

extension QEMUContext {
    /// Tells of definitions that the last daemon made or removed, and of jobs whose end it took note of, and was killed
    /// before it could tell.
    func tellUnfinished() {
        for event in events.unfinished {
            if event.isNewsOfJob { tellUnfinishedJob(event) }
            if case .domainJobCompleted(let news) = event, let now = domains[news.domain.uuid]?.snapshot,
                now.isActive, !now.run.recordsBackup
            {
                events.publish(event)
            }
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

    /// A job that was still on record is told of by whoever took its guest up.
    private func tellUnfinishedJob(_ event: Event) {
        let domain: DomainReference
        let isMeant: (DiskDevice) -> Bool
        switch event {
        case .domainBlockJob(let news):
            domain = news.domain
            isMeant = { $0.source.path?.hasSameBytes(as: news.path) ?? false }
        case .domainBlockJob2(let news):
            domain = news.domain
            isMeant = { $0.target.dev.hasSameBytes(as: news.dst) }
        default: return
        }
        guard let now = domains[domain.uuid]?.snapshot, now.isActive,
            let disk = now.live?.devices.disks.first(where: isMeant),
            !now.run.recordedJobs.contains(where: { $0.hasSameBytes(as: disk.target.dev) })
        else { return }
        events.publish(event)
    }
}
