import LinuxSystem
import Synchronization
import Testing
import Virt
import VirtDriver

@testable import DriverKit

private func event(_ number: Int32, name: String = "d") -> Event {
    .domainReboot(DomainRebootEvent(domain: DomainReference(name: name, uuid: .zero, id: number)))
}

/// A folder with a journal, and the daemons that come and go there.
private final class JournalFolder: Sendable {
    let path: String
    private let reports = Mutex<[String]>([])

    init() throws { path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/driverkit-") }
    deinit { try? FileSystem.removeTree(path) }

    var said: [String] { reports.withLock { $0 } }
    var events: String { path + "/events" }

    /// A daemon starts. The one before it is only forgotten, as one that is killed.
    func start(boot: UUID = firstBoot, limit: Int = 1 << 20) throws -> (hub: EventHub, journal: EventJournal)
    {
        let journal = try EventJournal(folder: events, limit: limit, boot: boot) { said in
            self.reports.withLock { $0.append(said) }
        }
        let numbers = EventNumbers(path: path + "/events.next", after: journal.continues)
        return (EventHub(numbers: numbers, journal: journal), journal)
    }

    /// The journal's files, and how long they are together.
    func files() throws -> [String] { try FileSystem.names(in: events).map { events + "/" + $0 } }
    func size() throws -> UInt64 { try files().reduce(0) { $0 + (try FileSystem.status(of: $1).size) } }
}

private let firstBoot = UUID(high: 1, low: 1)
private let secondBoot = UUID(high: 2, low: 2)

/// All events from a number on, page by page.
private func all(
    _ hub: EventHub, since first: UInt64 = 0
) async throws -> (events: [PublishedEvent], lost: [ClosedRange<UInt64>]) {
    let source = hub.source(of: [.domain])
    var (result, next): (([PublishedEvent], [ClosedRange<UInt64>]), UInt64) = (([], []), first)
    while true {
        let kept = try await source.kept(since: next)
        result.0 += kept.events
        result.1 += kept.lost
        if kept.next == next { return (result.0, result.1) }
        next = kept.next
    }
}

private func refusal(_ hub: EventHub, since number: UInt64) async -> VirtError? {
    do throws(VirtError) {
        _ = try await hub.source(of: [.domain]).kept(since: number)
        return nil
    } catch {
        return error
    }
}

@Suite("The journal of events")
struct JournalTests {
    private let folder: JournalFolder
    init() throws { folder = try JournalFolder() }

    @Test("what was published is kept, with its number and time, and given from any number on")
    func keeps() async throws {
        let (hub, _) = try folder.start()
        let before = CalendarTime.now.nanoseconds
        for number in 1...20 { hub.publish(event(Int32(number))) }
        let kept = try await all(hub)
        #expect(kept.events.map(\.number) == Array(1...20))
        #expect(kept.events.map(\.event) == (1...20).map { event($0) })
        #expect(kept.events.allSatisfy { $0.time >= before && $0.time <= CalendarTime.now.nanoseconds })
        #expect(try await all(hub, since: 15).events.map(\.number) == Array(15...20))
        #expect(try await all(hub, since: 21).events.isEmpty)
        #expect(kept.lost.isEmpty)
    }

    @Test("a daemon that was killed left every event, and the next one goes on with the next number")
    func killed() async throws {
        for start in 0..<10 {
            let (hub, _) = try folder.start()
            for step in 0..<5 { hub.publish(event(Int32(start * 5 + step))) }
        }
        let (hub, _) = try folder.start()
        let kept = try await all(hub)
        #expect(kept.events.map(\.number) == Array(1...50))
        #expect(kept.events.map(\.event) == (0..<50).map { event($0) })
        #expect(kept.lost.isEmpty)
    }

    @Test("an event of which only a part was written, by a daemon that was killed meanwhile, is none")
    func torn() async throws {
        for cut in [1, 7, 8, 20, 60] {
            let own = try JournalFolder()
            let (first, _) = try own.start()
            for number in 1...3 { first.publish(event(Int32(number))) }
            let file = try #require(try own.files().first)
            let length = try FileSystem.status(of: file).size
            try FileSystem.open(file, [.writeOnly]).setLength(length - UInt64(cut))
            let (second, _) = try own.start()
            second.publish(event(4))
            let kept = try await all(second)
            #expect(kept.events.map(\.event) == [event(1), event(2), event(4)])
            #expect(kept.events.map(\.number) == [1, 2, 3])
        }
    }

    @Test("what a fault of the disk changed is told as lost, and what follows it is still there")
    func damaged() async throws {
        let (hub, _) = try folder.start()
        let name = String(repeating: "n", count: 4000)
        for number in 1...80 { hub.publish(event(Int32(number), name: name)) }
        try FileSystem.open(folder.events + "/1.events", [.writeOnly]).write([1, 2, 3], at: 9000)
        let kept = try await all(hub)
        #expect(kept.lost == [3...3])
        #expect(kept.events.map(\.number) == [1, 2] + Array(4...80))
    }

    @Test("where a fault of the disk left nothing to go on by, the next file is gone on with")
    func damagedLength() async throws {
        let (hub, journal) = try folder.start()
        let name = String(repeating: "n", count: 4000)
        for number in 1...80 { hub.publish(event(Int32(number), name: name)) }
        let second = try #require(journal.state.withLock { $0.segments.dropFirst().first?.first })
        let head = UInt64(JournalHead.size)
        try FileSystem.open(folder.events + "/1.events", [.writeOnly]).write([255, 255, 255, 255], at: head)
        let kept = try await all(hub)
        #expect(kept.lost == [1...(second - 1)])
        #expect(kept.events.map(\.number) == Array(second...80))
    }

    @Test("where a fault of the disk hides how far the last daemon got, no number is repeated")
    func hidden() async throws {
        for (offset, name) in [(10, "head"), (JournalHead.size, "length")] {
            let own = try JournalFolder()
            let (first, _) = try own.start()
            for number in 1...9 { first.publish(event(Int32(number))) }
            let file = try FileSystem.open(own.events + "/1.events", [.writeOnly])
            try file.write([255, 255], at: UInt64(offset))
            let (second, _) = try own.start()
            #expect(second.publish(event(10)) > 9, "the \(name)")
        }
    }

    @Test("whatever a fault of the disk left in its files, what is given is what was published, and in order")
    func noise() async throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<25 {
            let own = try JournalFolder()
            let (first, _) = try own.start()
            for number in 1...60 {
                first.publish(event(Int32(number), name: String(repeating: "n", count: 4000)))
            }
            for path in try own.files() {
                let file = try FileSystem.open(path, [.readWrite])
                let size = try FileSystem.status(of: path).size
                for _ in 0..<Int.random(in: 0...3, using: &random) where size > 0 {
                    let bytes = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    }
                    try file.write(bytes, at: UInt64.random(in: 0..<size, using: &random))
                }
            }
            let (second, _) = try own.start()
            second.publish(event(61))
            let kept = try await all(second)
            for (one, next) in zip(kept.events, kept.events.dropFirst()) { #expect(one.number < next.number) }
            #expect(kept.events.last?.event == event(61))
            for published in kept.events.dropLast() {
                guard case .domainReboot(let told) = published.event else { continue }
                #expect(UInt64(told.domain.id) == published.number)
            }
        }
    }

    @Test("a fault in the newest file has no number repeated, and what follows it is kept")
    func damagedNewest() async throws {
        let (first, _) = try folder.start()
        for number in 1...9 { first.publish(event(Int32(number), name: "name")) }
        try FileSystem.open(folder.events + "/1.events", [.writeOnly]).write([255], at: 150)
        let (second, _) = try folder.start()
        #expect(second.publish(event(10)) == 10)
        let kept = try await all(second)
        #expect(kept.lost.count == 1)
        #expect(kept.events.count == 9)
    }

    @Test("it stays within its limit, and says from which event on it goes")
    func limit() async throws {
        let (hub, journal) = try folder.start()
        let name = String(repeating: "n", count: 1000)
        for number in 1...3000 { hub.publish(event(Int32(number), name: name)) }
        let first = journal.state.withLock { $0.first }
        #expect(first > 1500 && first < 2500)
        let kept = try await all(hub)
        #expect(kept.events.map(\.number) == Array(first...3000))
        let refused = await refusal(hub, since: first - 1)
        #expect(refused?.code == .invalidArg)
        #expect(
            refused?.message
                == "invalid argument: event \(first - 1) is no longer kept: events are kept from \(first) on")
        // The oldest files go on another thread: the next daemon finds those that are in the way no more.
        let (next, _) = try folder.start()
        #expect(try await all(next, since: first).events.count == Int(3001 - first))
    }

    @Test("an event that hasn't been yet is refused, but for the next one")
    func future() async throws {
        let (hub, _) = try folder.start()
        hub.publish(event(1))
        #expect(try await all(hub, since: 2).events.isEmpty)
        #expect(await refusal(hub, since: 3)?.message.contains("the last one is 1") == true)
    }

    @Test("when the host's power went, what may have gone with it is told as lost, and no number is repeated")
    func power() async throws {
        let (first, _) = try folder.start(boot: firstBoot)
        for number in 1...3 { first.publish(event(Int32(number))) }
        let (second, _) = try folder.start(boot: secondBoot)
        let number = second.publish(event(4))
        #expect(number > 1000)
        let kept = try await all(second)
        #expect(kept.events.map(\.number) == [1, 2, 3, number])
        #expect(kept.lost == [4...(number - 1)])
    }

    @Test("a daemon that ended as it should lost nothing, even where the host was started anew")
    func ended() async throws {
        let (first, journal) = try folder.start(boot: firstBoot)
        for number in 1...3 { first.publish(event(Int32(number))) }
        journal.close()
        let (second, _) = try folder.start(boot: secondBoot)
        #expect(second.publish(event(4)) == 4)
        let (third, _) = try folder.start(boot: secondBoot)
        #expect(third.publish(event(5)) == 5)
        let kept = try await all(third)
        #expect(kept.events.map(\.number) == Array(1...5))
        #expect(kept.lost.isEmpty)
    }

    @Test(
        "events that can't be kept go out all the same; that they are lost is told, and no number is repeated"
    )
    func disk() async throws {
        let (hub, journal) = try folder.start()
        let name = String(repeating: "n", count: 4000)
        let heard = Mutex<[UInt64]>([])
        let subscription = hub.subscribe { published in heard.withLock { $0.append(published.number) } }
        for number in 1...3 { hub.publish(event(Int32(number), name: name)) }
        try FileSystem.rename(folder.events, to: folder.events + ".away")
        while journal.state.withLock({ $0.problem }) == nil { hub.publish(event(0, name: name)) }
        let failed = hub.lastNumber
        try FileSystem.rename(folder.events + ".away", to: folder.events)
        for _ in 0..<3 { hub.publish(event(0, name: name)) }
        subscription.cancel()
        #expect(heard.withLock { $0 } == Array(1...hub.lastNumber))
        #expect(try await all(hub).lost == [failed...failed])
        #expect(folder.said.count == 2)
        #expect(folder.said.last?.contains("kept again, from \(failed + 1) on") == true)
    }

    @Test(
        "a daemon that is killed while events are lost is followed by one that repeats none of their numbers")
    func diskAndKilled() async throws {
        let (hub, journal) = try folder.start()
        let name = String(repeating: "n", count: 4000)
        try FileSystem.rename(folder.events, to: folder.events + ".away")
        while journal.state.withLock({ $0.problem }) == nil { hub.publish(event(0, name: name)) }
        let last = hub.publish(event(0, name: name))
        try FileSystem.rename(folder.events + ".away", to: folder.events)
        let (next, _) = try folder.start()
        #expect(next.publish(event(0)) > last)
    }

    @Test("who waits for an event goes on when it is there, and at once where it is already")
    func waits() async throws {
        let (hub, _) = try folder.start()
        let source = hub.source(of: [.domain])
        let waiting = Task { try await source.wait(for: 1) }
        hub.publish(event(1))
        try await waiting.value
        try await source.wait(for: 1)
        #expect(try await source.kept(since: 1).events.map(\.number) == [1])
    }

    @Test("clients of a driver are given the events of its own objects alone")
    func others() async throws {
        let (hub, _) = try folder.start()
        hub.publish(event(1))
        hub.publish(.secretValueChanged(SecretValueChangedEvent()))
        let kept = try await hub.source(of: [.secret]).kept(since: 1)
        #expect(kept.events.map(\.number) == [2])
        #expect(kept.lost.isEmpty)
        #expect(kept.next == 3)
    }

    @Test("waiting ends with its task")
    func cancelled() async throws {
        let (hub, _) = try folder.start()
        let waiting = Task { try await hub.source(of: [.domain]).wait(for: 1) }
        waiting.cancel()
        try await waiting.value
    }

    private func defined(_ name: String) -> Event {
        .domainLifecycle(
            DomainLifecycleEvent(
                domain: DomainReference(name: name, uuid: .zero, id: -1), event: 0, detail: 0))
    }

    @Test("a change that was announced and not told of is left to the next daemon, until it has looked at it")
    func announced() throws {
        let (first, _) = try folder.start()
        try first.announcing(defined("told")) {}
        first.publish(defined("told"))
        #expect(throws: VirtError.self) {
            try first.announcing(defined("failed")) { () throws(VirtError) in
                throw VirtError(.operationFailed, from: .domain)
            }
        }
        try first.announcing(defined("killed")) {}
        #expect(first.unfinished.isEmpty)
        let (second, _) = try folder.start()
        #expect(second.unfinished == [defined("killed")])
        // Killed once more before it was told.
        let (third, _) = try folder.start()
        #expect(third.unfinished == [defined("killed")])
        third.settle()
        #expect(try folder.start().hub.unfinished.isEmpty)
    }

    @Test("what stands beside the events is none of them, and takes no number")
    func notes() async throws {
        let (hub, journal) = try folder.start()
        hub.publish(event(1))
        try hub.announcing(defined("a")) {}
        journal.close()
        hub.publish(defined("a"))
        hub.publish(event(3))
        #expect(try await all(hub).events.map(\.number) == [1, 2, 3])
        #expect(try await all(hub).lost.isEmpty)
        // From each number on, wherever in the file it stands, and in the next daemon too.
        for number in 4...200 {
            try hub.announcing(defined(String(repeating: "n", count: 200))) {}
            hub.publish(event(Int32(number)))
        }
        for hub in [hub, try folder.start().hub] {
            for number in 1...200 {
                let kept = try await hub.source(of: [.domain]).kept(since: UInt64(number))
                #expect(kept.events.map(\.number) == (number...200).map { UInt64($0) })
                #expect(kept.lost.isEmpty)
            }
        }
    }

    @Test("without a journal, what was is not supported")
    func none() async {
        #expect(await refusal(EventHub(), since: 0)?.code == .noSupport)
    }

    @Test("those who follow while others publish have each event once, in order")
    func follow() async throws {
        let (hub, _) = try folder.start()
        let name = String(repeating: "n", count: 100)
        let followers = (0..<4).map { _ in
            Task {
                let source = hub.source(of: [.domain])
                var (numbers, next): ([UInt64], UInt64) = ([], 1)
                while numbers.count < 4000 {
                    try await source.wait(for: next)
                    let kept = try await source.kept(since: next)
                    numbers += kept.events.map(\.number)
                    next = kept.next
                }
                return numbers
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for step in 0..<1000 {
                        hub.publish(event(Int32(step), name: name))
                        await Task.yield()
                    }
                }
            }
        }
        for follower in followers { #expect(try await follower.value == Array(1...4000)) }
    }
}
