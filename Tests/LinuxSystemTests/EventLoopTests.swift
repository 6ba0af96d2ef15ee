import LinuxSystem
import Testing

@Suite struct EventLoopTests {
    @Test("what is submitted runs on the loop's thread, in order")
    func submit() async {
        let loop = EventLoop(name: "test")
        let seen = Collected<Int>()
        await withUnsafeContinuation { done in
            for number in 0..<1000 { loop.submit { seen.add(loop.isCurrent ? number : -1) } }
            loop.submit { done.resume() }
        }
        #expect(seen.all == Array(0..<1000))
        #expect(!loop.isCurrent)
        loop.stop()
    }

    @Test("a descriptor's handler is called when it becomes readable, and no more once cancelled")
    func register() async throws {
        let loop = EventLoop(name: "test")
        let pipe = try Pipe()
        let seen = Collected<ReadyEvents>()
        var registration: EventLoop.Registration?
        await withUnsafeContinuation { done in
            registration = try? loop.register(pipe.readEnd, for: .readable) { events in
                _ = try? readSome(pipe.readEnd)
                seen.add(events)
                done.resume()
            }
            try? pipe.writeEnd.writeAll([1])
        }
        #expect(seen.all == [.readable])
        registration?.cancel()
        try pipe.writeEnd.writeAll([2])
        await withUnsafeContinuation { done in loop.schedule(after: .milliseconds(5)) { done.resume() } }
        #expect(seen.all.count == 1)
        loop.stop()
    }

    @Test("the end of a turn comes after everything else of that turn")
    func endOfTurn() async {
        let loop = EventLoop(name: "test")
        let seen = Collected<String>()
        await withUnsafeContinuation { done in
            loop.submit {
                loop.atEndOfTurn {
                    seen.add("end")
                    done.resume()
                }
                loop.submit { seen.add("submitted within") }
                seen.add("first")
            }
        }
        #expect(seen.all == ["first", "submitted within", "end"])
        loop.stop()
    }

    @Test("timers fire in the order of their deadlines, and not when cancelled")
    func timers() async {
        let loop = EventLoop(name: "test")
        let seen = Collected<Int>()
        let start = MonotonicTime.now
        await withUnsafeContinuation { done in
            loop.schedule(after: .milliseconds(30)) { done.resume() }
            loop.schedule(after: .milliseconds(20)) { seen.add(2) }
            loop.schedule(after: .milliseconds(10)) { seen.add(1) }
            let cancelled = loop.schedule(after: .milliseconds(15)) { seen.add(3) }
            #expect(cancelled.cancel())
            #expect(!cancelled.cancel())
        }
        #expect(seen.all == [1, 2])
        #expect(start.duration(to: .now) >= .milliseconds(30))
        loop.stop()
    }

    @Test("an actor may live on the loop and be entered from a handler without a hop")
    func executor() async {
        actor Counter {
            let loop: EventLoop
            var count = 0
            nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
            init(loop: EventLoop) { self.loop = loop }
            func add() -> Bool {
                count += 1
                return loop.isCurrent
            }
        }
        let loop = EventLoop(name: "test")
        let counter = Counter(loop: loop)
        #expect(await counter.add())
        let isCurrent = await withUnsafeContinuation { done in
            loop.submit { done.resume(returning: counter.assumeIsolated { $0.add() }) }
        }
        #expect(isCurrent)
        #expect(await counter.count == 2)
        loop.stop()
    }
}
