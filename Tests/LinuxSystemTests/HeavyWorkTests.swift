import PublishedData
import Synchronization
import Testing

@testable import LinuxSystem

@Suite struct HeavyWorkTests {
    @Test("a lane does one thing at a time, on a thread of the heavy ones")
    func oneAtATime() async {
        let work = HeavyWork(threads: 4)
        let lane = work.lane()
        let busy = Busy()
        let names = Collected<String?>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask(executorPreference: lane) {
                    busy.enter()
                    names.add(Self.threadName)
                    busy.leave()
                    await Task.yield()
                    busy.enter()
                    busy.leave()
                }
            }
        }
        #expect(busy.most == 1)
        #expect(busy.all == 100)
        #expect(Set(names.all) == ["heavy"])
    }

    @Test("no more lanes work at once than there are threads")
    func threads() async {
        let work = HeavyWork(threads: 2)
        let busy = Busy()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                let lane = work.lane()
                group.addTask(executorPreference: lane) {
                    busy.enter()
                    busy.leave()
                }
            }
        }
        #expect(busy.all == 40)
        #expect(busy.most <= 2)
    }

    @Test("a lane with much to do lets another one in between")
    func turns() async throws {
        let work = HeavyWork(threads: 1)
        let (greedy, modest) = (work.lane(), work.lane())
        let order = Collected<String>()
        let gate = try Pipe()
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: greedy) { _ = try? gate.readEnd.readOnce(atMost: 1) }
            for _ in 0..<100 { group.addTask(executorPreference: greedy) { order.add("greedy") } }
            group.addTask(executorPreference: modest) { order.add("modest") }
            try? gate.writeEnd.writeAll([0])
        }
        #expect(order.all.count == 101)
        #expect(order.all.prefix(2).contains("modest"))
    }

    @Test(
        "a lane that yields gives way to what else there is, and leaves its thread as it was",
        .needsRoot)
    func yielding() async {
        let work = HeavyWork(threads: 1)
        let usual = Thread.niceness
        for (lane, niceness) in [
            (work.lane(yields: true), 10), (work.lane(), 0), (work.lane(yields: true), 10),
        ] {
            let seen = await Task(executorPreference: lane) { Thread.niceness }.value
            #expect(seen == max(Int32(niceness), usual))
        }
    }

    @Test("a task that waits holds neither its lane nor a thread")
    func waiting() async {
        let lane = HeavyWork(threads: 1).lane()
        let (stream, source) = AsyncStream.makeStream(of: Void.self)
        let first = Task(executorPreference: lane) {
            for await _ in stream { return }
        }
        await Task(executorPreference: lane) { _ = source.yield() }.value
        await first.value
    }

    private static var threadName: String? {
        (try? FileSystem.readText("/proc/thread-self/comm"))?.split(separator: "\n").first.map(String.init)
    }
}

/// Counts who is inside at once.
private final class Busy: Sendable {
    private let counts = Mutex((now: 0, most: 0, all: 0))

    var most: Int { counts.withLock { $0.most } }
    var all: Int { counts.withLock { $0.all } }

    func enter() {
        counts.withLock { counts in
            counts.now += 1
            counts.all += 1
            counts.most = max(counts.most, counts.now)
        }
    }

    func leave() { counts.withLock { $0.now -= 1 } }
}
