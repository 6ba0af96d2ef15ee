import QEMUModel
import Testing
import Virt
import VirtXML

@Suite("A guest's life follows from what is asked for and what is heard")
struct GuestLifeTests {
    private static let user = DomainPausedReason.user.rawValue
    private static let booted = DomainRunningReason.booted.rawValue

    /// A guest that was started and told of.
    private func running() -> GuestLife {
        var life = GuestLife(startsPaused: false)
        life.expect(resume: .booted)
        _ = life.hear(.resumed, .init())
        life.expect(resume: nil)
        life.settle()
        _ = life.tell()
        return life
    }

    @Test("a start goes on, settles and is told, in this order")
    func start() {
        var life = GuestLife(startsPaused: false)
        #expect(life.phase == .starting && life.state == .paused)
        life.expect(resume: .booted)
        let step = life.hear(.resumed, .init())
        #expect(step.news == [.entered(.running, Self.booted, from: .paused)])
        life.settle()
        #expect(life.phase == .running)
        #expect(life.tell().news == [.started])
        #expect(life.isTold)
    }

    @Test("a start that is to stay paused tells that it was started and paused")
    func pausedStart() {
        var life = GuestLife(startsPaused: true)
        life.settle()
        let step = life.tell()
        #expect(step.isChange)
        #expect(step.news == [.started, .waits(.paused)])
        #expect(life.reason == Self.user)
    }

    @Test("what a guest begins with is told in libvirt's order, running and paused")
    func origins() {
        let told: [(GuestLife.Origin, running: [GuestLife.News], paused: [GuestLife.News])] = [
            (.file(wasRunning: true), [.restored, .wentOn], [.restored, .waits(.paused)]),
            (.file(wasRunning: false), [.restored, .wentOn], [.restored, .waits(.restored)]),
            (
                .snapshot(hasMemory: true), [.startedFromSnapshot, .wentOn],
                [.startedFromSnapshot, .waits(.fromSnapshot)]
            ),
            (
                .snapshot(hasMemory: false), [.startedFromSnapshot],
                [.startedFromSnapshot, .waits(.fromSnapshot)]
            ),
        ]
        for (origin, running, paused) in told {
            for isPaused in [true, false] {
                var life = GuestLife(startsPaused: isPaused, origin: origin)
                life.expect(resume: .restored)
                // One that goes on where it was is told of once it is there, and not before.
                let goesOn = isPaused ? GuestLife.Step() : life.hear(.resumed, .init())
                #expect(goesOn.news.isEmpty == (isPaused || origin != .snapshot(hasMemory: false)))
                life.settle()
                #expect(life.tell().news == (isPaused ? paused : running))
            }
        }
    }

    @Test(
        "a pause that was asked for is known by its reason, whether QEMU tells it before its reply or after")
    func pause() {
        for isToldFirst in [true, false] {
            var life = running()
            life.expect(pause: .user)
            // The event, then the reply; or the reply, then the event, which is news no more.
            let first = life.hear(.stopped, .init())
            #expect(first.news == [.entered(.paused, Self.user, from: .running)])
            if isToldFirst { life.expect(pause: nil) }
            #expect(life.hear(.stopped, .init()) == GuestLife.Step())
            #expect(life.reason == Self.user)
        }
    }

    @Test("what was expected of a command that failed isn't the reason for a pause that comes later")
    func failedPause() {
        var life = running()
        life.expect(pause: .user)
        life.expect(pause: nil)
        _ = life.hear(.stopped, .init())
        #expect(life.reason == DomainPausedReason.unknown.rawValue)
    }

    @Test("a pause says what came before it: a watchdog, or a disk")
    func causes() {
        for (heard, reason) in [
            (GuestLife.Heard.watchdogPauses, DomainPausedReason.watchdog), (.diskErrorPauses, .ioerror),
        ] {
            var life = running()
            #expect(life.hear(heard, .init()) == GuestLife.Step())
            _ = life.hear(.stopped, .init())
            #expect(life.reason == reason.rawValue)
        }
    }

    @Test(
        "a guest that switches itself off follows its document",
        arguments: [
            (LifecycleAction.destroy, GuestLife.Action.end(.shutdown)), (.restart, .startOver),
            (.preserve, nil),
        ] as [(LifecycleAction, GuestLife.Action?)])
    func poweroff(rule: LifecycleAction, action: GuestLife.Action?) {
        var life = running()
        let step = life.hear(.shutdown(byGuest: true), .init(onPoweroff: rule))
        #expect(step.news == [.shutDown(byGuest: true)])
        #expect(step.action == action)
        #expect(life.state == .shutdown)
        #expect(life.endByItself == .shutdown)
    }

    @Test(
        "a guest whose system gives up follows its document",
        arguments: [
            (LifecycleAction.destroy, GuestLife.Action.end(.panicked)), (.restart, .startOver),
            (.preserve, nil),
            (.coredumpDestroy, .dump(then: .end(.panicked))), (.coredumpRestart, .dump(then: .startOver)),
        ] as [(LifecycleAction, GuestLife.Action?)])
    func panic(rule: LifecycleAction, action: GuestLife.Action?) {
        var life = running()
        let step = life.hear(.panicked, .init(onCrash: rule))
        #expect(step.news.count == 1)
        #expect(step.action == action)
        #expect(life.state == .crashed)
    }

    @Test("a reboot through the power button is a reset, once, unless the guest resets by itself first")
    func reboot() {
        var life = running()
        life.expectShutdown(reboots: true)
        #expect(life.hear(.shutdown(byGuest: true), .init()) == GuestLife.Step(action: .startOver))
        #expect(life.hear(.shutdown(byGuest: true), .init()).action == .end(.shutdown))

        life = running()
        life.expectShutdown(reboots: true)
        #expect(life.hear(.reset, .init()).news == [.rebooted])
        #expect(life.hear(.shutdown(byGuest: true), .init()).action == .end(.shutdown))
    }

    @Test("a guest that starts over runs, and nobody is told of that twice")
    func startsOver() {
        var life = running()
        _ = life.hear(.shutdown(byGuest: true), .init(onPoweroff: .restart))
        #expect(life.hear(.resumed, .init()) == GuestLife.Step())
        #expect(life.hear(.startedOver, .init()) == GuestLife.Step(isChange: true))
        #expect(life.state == .running)
        #expect(life.hear(.startedOver, .init()) == GuestLife.Step())
    }

    @Test(
        "an end that was asked for while it starts is known, and nobody hears of a guest that nobody heard of"
    )
    func endWhileStarting() {
        var life = GuestLife(startsPaused: false)
        life.ask(end: .destroyed)
        life.ask(end: .failed)
        let step = life.hear(.shutdown(byGuest: false), .init())
        #expect(step.news.isEmpty && step.action == nil)
        #expect(life.beginClearing(.lost) == .destroyed)
        #expect(life.phase == .clearing && !life.isTold)
    }

    @Test("an end that failed is withdrawn: what QEMU does later has its own reason")
    func withdrawnEnd() {
        var life = running()
        life.ask(end: .destroyed)
        life.withdrawEnd()
        #expect(life.beginClearing(life.endByItself) == .lost)
    }

    @Test("a guest that is told to end and switches itself off meanwhile isn't ended twice")
    func shutdownOfTheDoomed() {
        var life = running()
        life.ask(end: .destroyed)
        #expect(life.hear(.shutdown(byGuest: true), .init()) == GuestLife.Step())
        #expect(life.hear(.panicked, .init()).action == nil)
    }

    @Test("sleep and waking are told twice over, as a state and as what it is")
    func sleep() {
        var life = running()
        #expect(life.hear(.wokeUp, .init()) == GuestLife.Step())
        #expect(life.hear(.fellAsleep, .init()).news.first == .fellAsleep)
        #expect(life.state == .pmsuspended)
        #expect(life.hear(.wokeUp, .init()).news.first == .wokeUp)
        #expect(life.state == .running)
    }
}

@Suite("A guest that a former daemon has left is taken up as what it is")
struct GuestTakenUpTests {
    private func left(
        _ state: DomainState, _ reason: Int32 = 1, startsPaused: Bool = false
    ) -> GuestLife {
        GuestLife(left: state, reason, startsPaused: startsPaused)
    }

    @Test("what can't be seen isn't known, and is again what it was once it is seen")
    func unseen() {
        var life = left(.running)
        life.lose(true)
        #expect(life.shown.state == .nostate)
        #expect(life.state == .running)
        life.see()
        #expect(life.shown.state == .running)
    }

    @Test("a monitor that is lost leaves a running guest what it was")
    func lostMonitor() {
        var life = left(.running)
        life.see()
        life.lose(true)
        #expect(life.shown.state == .running)
    }

    @Test("a record that is read late counts as long as the guest hasn't been seen")
    func recalled() {
        var life = left(.nostate, 0)
        life.recall(.paused, DomainPausedReason.user.rawValue, startsPaused: false)
        #expect(life.state == .paused)
        life.see()
        life.recall(.running, 1, startsPaused: false)
        #expect(life.state == .paused)
    }

    @Test("a start that was interrupted is finished as it was asked for")
    func interruptedStart() {
        let startingUp = DomainPausedReason.startingUp.rawValue
        var life = left(.paused, startingUp)
        #expect(life.hear(.status("prelaunch"), .init()) == GuestLife.Step(action: .goOn))
        life = left(.paused, startingUp, startsPaused: true)
        #expect(life.hear(.status("prelaunch"), .init()) == GuestLife.Step(isChange: true))
        #expect(life.reason == DomainPausedReason.user.rawValue)
        life = left(.paused, startingUp)
        #expect(life.hear(.status("running"), .init()) == GuestLife.Step(isChange: true))
        #expect(life.reason == DomainRunningReason.booted.rawValue)
    }

    @Test(
        "what it does is asked",
        arguments: [
            ("paused", DomainState.paused), ("suspended", .pmsuspended), ("io-error", .paused),
            ("watchdog", .paused), ("guest-panicked", .crashed), ("running", .running),
            ("something-new", .running),
        ])
    func asked(status: String, state: DomainState) {
        var life = left(.running)
        #expect(life.hear(.status(status), .init()).action == nil)
        #expect(life.state == state)
    }

    @Test(
        "one that has resumed meanwhile is told of, and one that has switched itself off follows its document"
    )
    func meanwhile() {
        var life = left(.paused)
        #expect(life.hear(.status("running"), .init()).news.count == 1)
        #expect(life.hear(.status("shutdown"), .init()).action == .end(.shutdown))
        #expect(life.hear(.status("shutdown"), .init(onPoweroff: .preserve)).action == nil)
    }
}
