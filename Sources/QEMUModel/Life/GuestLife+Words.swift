import Virt
import VirtXML

extension GuestLife {
    /// What QEMU may say about its guest's life.
    package enum Heard: Sendable, Equatable {
        case stopped, resumed, reset, panicked, fellAsleep, wokeUp
        /// The guest is off, by itself or since QEMU was told to end.
        case shutdown(byGuest: Bool)
        /// The guest stops next, and this is why.
        case watchdogPauses, diskErrorPauses
        /// The machine has been reset and runs anew.
        case startedOver
        /// The answer to `query-status`, after nobody has listened for a while.
        case status(String)
    }

    /// What follows from something that was heard.
    package struct Step: Sendable, Equatable {
        /// The guest is in another state, or in it for another reason.
        package var isChange = false
        /// What those who listen are told, in order.
        package var news: [News] = []
        package var action: Action?

        package init(isChange: Bool = false, news: [News] = [], action: Action? = nil) {
            (self.isChange, self.news, self.action) = (isChange, news, action)
        }
    }

    package enum News: Sendable, Equatable {
        case entered(DomainState, Int32, from: DomainState)
        case shutDown(byGuest: Bool)
        /// It was booted, read from a file, or returned to a snapshot.
        case started, restored, startedFromSnapshot
        /// It runs where it was when its memory was written.
        case wentOn
        /// It is there, and paused until somebody lets it go on.
        case waits(DomainEventSuspendedDetailType)
        case rebooted, fellAsleep, wokeUp
    }

    /// What is to be done with QEMU.
    package enum Action: Sendable, Equatable {
        /// The guest needs it no more.
        case end(EndReason)
        /// Its machine is reset and runs again.
        case startOver
        /// Its memory is written to a file; then the rest is done.
        indirect case dump(then: Action)
        /// Its processors run: what was asked for before the daemon was killed.
        case goOn
    }

    /// What a guest's document says about its life.
    package struct Rules: Sendable, Equatable {
        package var onPoweroff: LifecycleAction
        package var onCrash: LifecycleAction

        package init(onPoweroff: LifecycleAction = .destroy, onCrash: LifecycleAction = .destroy) {
            (self.onPoweroff, self.onCrash) = (onPoweroff, onCrash)
        }

        package init(_ domain: DomainDefinition?) {
            self.init(onPoweroff: domain?.onPoweroff ?? .destroy, onCrash: domain?.onCrash ?? .destroy)
        }

        /// What follows when the guest has switched itself off; nil where it stays as it is.
        var afterPoweroff: Action? {
            switch onPoweroff {
            case .preserve: nil
            case .restart: .startOver
            default: .end(.shutdown)
            }
        }

        /// What follows when the guest's system has given up; nil where it stays as it is.
        var afterCrash: Action? {
            switch onCrash {
            case .preserve: nil
            case .restart: .startOver
            case .coredumpRestart: .dump(then: .startOver)
            case .coredumpDestroy: .dump(then: .end(.panicked))
            default: .end(.panicked)
            }
        }
    }
}

/// Why a run of a guest ended.
package enum EndReason: String, Sendable {
    case shutdown, destroyed, failed, daemon, saved
    /// A snapshot was taken of it, or returned to.
    case snapshot
    /// The guest's system has given up.
    case panicked = "crashed"
    /// QEMU has ended without being told to.
    case lost

    /// As logs say it.
    package var word: String { self == .lost ? Self.panicked.rawValue : rawValue }

    /// As the shut-off state's reason.
    package var reason: DomainShutoffReason {
        switch self {
        case .shutdown: .shutdown
        case .destroyed: .destroyed
        case .panicked, .lost: .crashed
        case .failed: .failed
        case .daemon: .daemon
        case .saved: .saved
        case .snapshot: .fromSnapshot
        }
    }

    /// As the detail of the event that says so.
    package var detail: DomainEventStoppedDetailType {
        switch self {
        case .shutdown: .shutdown
        case .destroyed: .destroyed
        case .panicked: .crashed
        case .saved: .saved
        case .snapshot: .fromSnapshot
        case .lost, .failed, .daemon: .failed
        }
    }
}
