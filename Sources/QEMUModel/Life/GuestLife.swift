import Virt
import VirtXML

/// The life of one run of a guest: what was asked for, what QEMU was heard to say, the state that the guest is in, and
/// what follows. It touches nothing and waits for nothing; its owner carries out what a ``Step`` says.
package struct GuestLife: Sendable, Equatable {
    package private(set) var phase: Phase
    package private(set) var state: DomainState
    /// Why it is in its state, as that state counts reasons.
    package private(set) var reason: Int32
    /// Those who listen have been told that it was started.
    package private(set) var isTold: Bool
    /// Why it is to end, if that was asked for.
    package private(set) var end: EndReason?
    /// Its QEMU can't be reached.
    private var isLost = false
    /// It was to stay paused once it is there.
    private var startsPaused: Bool
    private let origin: Origin
    /// The next time that the guest switches itself off it is reset: how a reboot through ACPI is done.
    private var rebootsOnShutdown = false
    /// Why it is about to be paused or to go on, if that was asked for.
    private var pause: DomainPausedReason?
    private var resume: DomainRunningReason?

    package enum Phase: Sendable {
        /// Its start is under way, and sees to its end too if it must.
        case starting
        /// A former daemon has started it, and what has become of it hasn't been seen yet.
        case unseen
        case running
        /// QEMU is gone, and what it held is given back.
        case clearing
    }

    /// What a guest begins with when it is started.
    package enum Origin: Sendable, Equatable {
        case boot
        /// It goes on where it was when it was saved to a file, running or paused.
        case file(wasRunning: Bool)
        /// It returns to a snapshot: goes on where it was then, or boots from the disks of then.
        case snapshot(hasMemory: Bool)
    }

    /// The life of a guest that is started now.
    package init(startsPaused: Bool, origin: Origin = .boot) {
        self.origin = origin
        (phase, state, reason) = (.starting, .paused, DomainPausedReason.startingUp.rawValue)
        (self.startsPaused, isTold) = (startsPaused, false)
    }

    /// The life of a guest that a former daemon has left in this state.
    package init(left state: DomainState, _ reason: Int32, startsPaused: Bool) {
        (phase, self.state, self.reason, self.startsPaused) = (.unseen, state, reason, startsPaused)
        origin = .boot
        isTold = true
    }

    /// What its record says, which couldn't be read at first.
    package mutating func recall(_ state: DomainState, _ reason: Int32, startsPaused: Bool) {
        guard phase == .unseen else { return }
        (self.state, self.reason, self.startsPaused) = (state, reason, startsPaused)
    }

    /// The state as people are told: that of a guest which can't be seen isn't known.
    package var shown: (state: DomainState, reason: Int32) {
        isLost && phase == .unseen ? (.nostate, 0) : (state, reason)
    }

    /// The former daemon was killed while it started this guest.
    private var isHalfStarted: Bool {
        phase != .starting && state == .paused && reason == DomainPausedReason.startingUp.rawValue
    }

    // MARK: What is asked for

    /// The guest is about to be paused for this reason; nil once that is over, however it went.
    package mutating func expect(pause: DomainPausedReason?) { self.pause = pause }

    /// The guest is about to go on for this reason; nil once that is over, however it went.
    package mutating func expect(resume: DomainRunningReason?) { self.resume = resume }

    /// The power button is about to be pressed: the guest is to switch itself off, or to start over then.
    package mutating func expectShutdown(reboots: Bool) { rebootsOnShutdown = reboots }

    /// It is to end; the first reason counts.
    package mutating func ask(end reason: EndReason) { end = end ?? reason }

    /// It is not to end after all.
    package mutating func withdrawEnd() { end = nil }

    // MARK: What becomes of its QEMU

    /// Its start is through: whoever sees QEMU's end sees to the rest.
    package mutating func settle() { if phase == .starting { phase = .running } }

    /// Its QEMU has been seen.
    package mutating func see() { if phase == .unseen { phase = .running } }

    /// Its QEMU can't be reached, or can be again.
    package mutating func lose(_ isLost: Bool) { self.isLost = isLost }

    /// Those who listen hear of the guest from now on.
    package mutating func tell() -> Step {
        isTold = true
        let paused = toldPaused
        let step = startsPaused ? enterSilently(.paused, paused.state.rawValue) : Step()
        var news: [News] =
            switch origin {
            case .boot: [.started]
            case .file: [.restored]
            case .snapshot: [.startedFromSnapshot]
            }
        if startsPaused {
            news.append(.waits(paused.told))
        } else if goesOn {
            news.append(.wentOn)
        }
        return Step(isChange: step.isChange, news: news)
    }

    /// It has the memory of a former run, and boots not.
    private var goesOn: Bool {
        switch origin {
        case .file, .snapshot(hasMemory: true): true
        case .boot, .snapshot(hasMemory: false): false
        }
    }

    /// Why it is paused, and why those who listen hear it is, where it starts so.
    private var toldPaused: (state: DomainPausedReason, told: DomainEventSuspendedDetailType) {
        switch origin {
        case .boot: (.user, .paused)
        case .file(let wasRunning): (.migration, wasRunning ? .paused : .restored)
        case .snapshot(hasMemory: true): (.fromSnapshot, .fromSnapshot)
        case .snapshot(hasMemory: false): (.user, .fromSnapshot)
        }
    }

    /// QEMU is gone, and what it held is given back from now on; why it ended.
    ///
    /// - Parameter reason: what it seems to be, where no end was asked for.
    package mutating func beginClearing(_ reason: EndReason) -> EndReason {
        phase = .clearing
        return end ?? reason
    }

    /// Why it has ended, where nobody has asked for it.
    package var endByItself: EndReason { state == .shutdown ? .shutdown : .lost }

    // MARK: What is heard

    /// QEMU has said something.
    ///
    /// - Parameter rules: what the guest's document says is to follow.
    package mutating func hear(_ heard: Heard, _ rules: Rules) -> Step {
        switch heard {
        case .stopped: return stopped()
        case .resumed: return resumed()
        case .reset:
            rebootsOnShutdown = false
            return Step(news: [.rebooted])
        case .shutdown(let byGuest): return shutDown(byGuest: byGuest, rules)
        case .panicked: return panicked(rules)
        case .fellAsleep:
            var step = enter(.pmsuspended, 0)
            step.news.insert(.fellAsleep, at: 0)
            return step
        case .wokeUp:
            guard state == .pmsuspended else { return Step() }
            var step = enter(.running, DomainRunningReason.wakeup.rawValue)
            step.news.insert(.wokeUp, at: 0)
            return step
        case .watchdogPauses: pause = .watchdog
        case .diskErrorPauses: pause = .ioerror
        case .startedOver: return run()
        case .status(let status): return adopt(status, rules)
        }
        return Step()
    }

    private mutating func stopped() -> Step {
        guard state == .running else { return Step() }
        defer { pause = nil }
        return enter(.paused, (pause ?? .unknown).rawValue)
    }

    private mutating func resumed() -> Step {
        guard state == .paused else { return Step() }
        defer { resume = nil }
        // Those who listen hear first that it is there.
        if goesOn, !isTold { return enterSilently(.running, (resume ?? .restored).rawValue) }
        return enter(.running, (resume ?? .unpaused).rawValue)
    }

    /// It runs since it was booted, whatever it was in before; nobody is told.
    private mutating func run() -> Step {
        state == .running ? Step() : enterSilently(.running, DomainRunningReason.booted.rawValue)
    }

    /// The guest is off; QEMU itself waits to be told what to do, so that a reboot through ACPI can be one.
    private mutating func shutDown(byGuest: Bool, _ rules: Rules) -> Step {
        guard end == nil || !byGuest else { return Step() }
        if rebootsOnShutdown && byGuest {
            rebootsOnShutdown = false
            return Step(action: .startOver)
        }
        var step = enterSilently(.shutdown, DomainShutdownReason.user.rawValue)
        if step.isChange && isTold { step.news = [.shutDown(byGuest: byGuest)] }
        // Whoever ends QEMU sees to the rest.
        if end == nil { step.action = rules.afterPoweroff }
        return step
    }

    /// The guest's system has given up.
    private mutating func panicked(_ rules: Rules) -> Step {
        var step = enter(.crashed, DomainCrashedReason.panicked.rawValue)
        if end == nil { step.action = rules.afterCrash }
        return step
    }

    /// Enters the state that QEMU says it is in, after nobody has listened for a while.
    private mutating func adopt(_ status: String, _ rules: Rules) -> Step {
        switch status {
        case "running":
            return state == .paused && !isHalfStarted ? resumed() : run()
        case "shutdown": return Step(action: rules.afterPoweroff)
        case "prelaunch" where isHalfStarted:
            // What was asked for is done.
            if startsPaused { return enterSilently(.paused, DomainPausedReason.user.rawValue) }
            return Step(action: .goOn)
        case "paused", "prelaunch":
            return state == .paused ? Step() : enterSilently(.paused, DomainPausedReason.unknown.rawValue)
        case "suspended": return enterSilently(.pmsuspended, 0)
        case "io-error": return enterSilently(.paused, DomainPausedReason.ioerror.rawValue)
        case "watchdog": return enterSilently(.paused, DomainPausedReason.watchdog.rawValue)
        case "guest-panicked": return enterSilently(.crashed, DomainCrashedReason.panicked.rawValue)
        default: return Step()
        }
    }

    private mutating func enter(_ state: DomainState, _ reason: Int32) -> Step {
        let former = self.state
        var step = enterSilently(state, reason)
        if step.isChange { step.news = [.entered(state, reason, from: former)] }
        return step
    }

    /// Enters a state of which nobody is told. It's no change where the guest is in it for the same reason already.
    private mutating func enterSilently(_ state: DomainState, _ reason: Int32) -> Step {
        if (self.state, self.reason) == (state, reason) { return Step() }
        (self.state, self.reason) = (state, reason)
        return Step(isChange: true)
    }
}
