import Virt

extension DomainLifecycleEvent {
    /// What subscribers are told when a domain enters a state, given the state that it was in; nil where nothing
    /// has changed for them.
    ///
    /// - Parameters:
    ///   - domain: with the number that it has in the new state: -1 once it's shut off.
    ///   - reason: why it's in the new state, as that state counts reasons (`DomainPausedReason` and so on).
    public init?(
        _ domain: DomainReference, entered state: DomainState, _ reason: Int32, from former: DomainState
    ) {
        let told: (DomainEventType, Int32)? =
            switch state {
            case .running: Self.running(reason, from: former)
            case .paused: (.suspended, Self.suspended(DomainPausedReason(rawValue: reason)).rawValue)
            case .shutdown: (.shutdown, DomainEventShutdownDetailType.finished.rawValue)
            case .shutoff: (.stopped, Self.stopped(DomainShutoffReason(rawValue: reason)).rawValue)
            case .crashed: (.crashed, DomainEventCrashedDetailType.panicked.rawValue)
            case .pmsuspended: (.pmsuspended, DomainEventPMSuspendedDetailType.memory.rawValue)
            default: nil
            }
        guard let (event, detail) = told, state != former else { return nil }
        self.init(domain: domain, event: event.rawValue, detail: detail)
    }

    private static func running(_ reason: Int32, from former: DomainState) -> (DomainEventType, Int32) {
        let reason = DomainRunningReason(rawValue: reason)
        switch former {
        case .paused: return (.resumed, resumed(reason).rawValue)
        case .pmsuspended: return (.started, DomainEventStartedDetailType.wakeup.rawValue)
        default: return (.started, started(reason).rawValue)
        }
    }

    private static func started(_ reason: DomainRunningReason) -> DomainEventStartedDetailType {
        switch reason {
        case .migrated: .migrated
        case .restored: .restored
        case .fromSnapshot: .fromSnapshot
        case .wakeup: .wakeup
        default: .booted
        }
    }

    private static func resumed(_ reason: DomainRunningReason) -> DomainEventResumedDetailType {
        switch reason {
        case .migrated: .migrated
        case .fromSnapshot: .fromSnapshot
        case .postcopy: .postcopy
        case .postcopyFailed: .postcopyFailed
        default: .unpaused
        }
    }

    private static func suspended(_ reason: DomainPausedReason) -> DomainEventSuspendedDetailType {
        switch reason {
        case .migration: .migrated
        case .ioerror: .ioerror
        case .watchdog: .watchdog
        case .fromSnapshot: .fromSnapshot
        case .apiError: .apiError
        case .postcopy: .postcopy
        case .postcopyFailed: .postcopyFailed
        default: .paused
        }
    }

    private static func stopped(_ reason: DomainShutoffReason) -> DomainEventStoppedDetailType {
        switch reason {
        case .destroyed: .destroyed
        case .crashed: .crashed
        case .migrated: .migrated
        case .saved: .saved
        case .failed: .failed
        case .fromSnapshot: .fromSnapshot
        default: .shutdown
        }
    }
}
