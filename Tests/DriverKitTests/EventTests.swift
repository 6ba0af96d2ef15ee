@testable import DriverKit
import LinuxSystem
import Synchronization
import Testing
import Virt
import VirtDriver

private func event(_ number: Int32) -> Event {
    .domainReboot(DomainRebootEvent(domain: DomainReference(name: "d", uuid: .zero, id: number)))
}

private final class EventLog: Sendable {
    private let events = Mutex<[Event]>([])
    func add(_ published: PublishedEvent) { events.withLock { $0.append(published.event) } }
    var all: [Event] { events.withLock { $0 } }
}

@Suite("The event hub")
struct EventHubTests {
    @Test("subscribers hear of everything in order, from when they begin until they end")
    func order() {
        let (hub, early, late) = (EventHub(), EventLog(), EventLog())
        let first = hub.subscribe { early.add($0) }
        hub.publish(event(1))
        let second = hub.subscribe { late.add($0) }
        hub.publish(event(2))
        first.cancel()
        hub.publish(event(3))
        second.cancel()
        #expect(early.all == [event(1), event(2)])
        #expect(late.all == [event(2), event(3)])
        #expect(hub.lastNumber == 3)
    }

    private final class Holder: Sendable {
        let subscription = Mutex<(any EventSubscription)?>(nil)
    }

    @Test("a subscriber may end its subscription while it is told")
    func cancelWithin() {
        let (hub, log, holder) = (EventHub(), EventLog(), Holder())
        let subscription = hub.subscribe { event in
            log.add(event)
            holder.subscription.withLock { $0 }?.cancel()
        }
        holder.subscription.withLock { $0 = subscription }
        hub.publish(event(1))
        hub.publish(event(2))
        #expect(log.all == [event(1)])
    }

    @Test("subscribers see the events of several threads in one and the same order")
    func oneOrder() async {
        let (hub, a, b) = (EventHub(), EventLog(), EventLog())
        let subscriptions = [hub.subscribe { a.add($0) }, hub.subscribe { b.add($0) }]
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { for step in 0..<250 { hub.publish(event(Int32(task * 250 + step))) } }
            }
        }
        #expect(a.all.count == 1000)
        #expect(a.all == b.all)
        subscriptions.forEach { $0.cancel() }
    }
}

@Suite("Event numbers")
struct EventNumberTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/driverkit-")
        defer { try? FileSystem.removeTree(folder) }
        try body(folder)
    }

    @Test("a daemon that was killed never repeats a number")
    func restart() throws {
        try withFolder { folder in
            let first = EventHub(numbers: EventNumbers(path: folder + "/events"))
            let given = (0..<5).map { first.publish(event($0)) }
            #expect(given == [1, 2, 3, 4, 5])
            let second = EventHub(numbers: EventNumbers(path: folder + "/events"))
            #expect(second.publish(event(0)) > 5)
        }
    }

    @Test("a file that is no number starts above all that was counted before")
    func damaged() throws {
        try withFolder { folder in
            let path = folder + "/events"
            _ = EventNumbers(path: path)
            try FileSystem.replace(path, with: "")
            #expect(EventNumbers(path: path).first > 1 << 40)
        }
    }

    @Test(
        "a file that can't be read or replaced is told, and numbers go on above all that was counted before")
    func unreadable() throws {
        try withFolder { folder in
            try FileSystem.makeDirectory(folder + "/events")
            let numbers = EventNumbers(path: folder + "/events")
            #expect(numbers.problem != nil)
            let hub = EventHub(numbers: numbers)
            let given = (0..<5).map { hub.publish(event($0)) }
            #expect(given.allSatisfy { $0 > 1 << 40 })
            #expect(zip(given, given.dropFirst()).allSatisfy { $0 < $1 })
            #expect(EventNumbers(path: folder + "/events").first >= given[0])
        }
    }

    @Test("numbers that the disk took no reservation for are not those that the next daemon begins with")
    func pastTheRange() throws {
        try withFolder { folder in
            let path = folder + "/events"
            let numbers = EventNumbers(path: path)
            try FileSystem.remove(path)
            try FileSystem.makeDirectory(path)
            let end = numbers.first + 1 << 20
            #expect(numbers.next(after: end - 1) == end)
            #expect(numbers.next(after: end) > 1 << 40)
        }
    }
}
