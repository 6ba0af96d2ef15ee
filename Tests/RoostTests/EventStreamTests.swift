import Roost
import Synchronization
import Testing
import Virt
import VirtDriver

/// A driver in which as much happens as a test wants.
private final class BusyDriver: DriverConnection, EventSource {
    private struct NoCalls: HypervisorService {}

    private struct State {
        var receive: (@Sendable (PublishedEvent) -> Void)?
        var enabled: [EventKind] = []
    }

    private let state = Mutex(State())

    var hypervisor: any HypervisorService { NoCalls() }
    var events: any EventSource { self }
    var enabled: [EventKind] { state.withLock { $0.enabled } }
    var isHeard: Bool { state.withLock { $0.receive != nil } }

    func subscribe(_ receive: @escaping @Sendable (PublishedEvent) -> Void) -> any EventSubscription {
        state.withLock { $0.receive = receive }
        return Subscription { self.state.withLock { $0.receive = nil } }
    }

    func enable(_ kind: EventKind) async throws(VirtError) {
        if kind.subject == .secret { throw .notSupported(kind.subject.registration) }
        state.withLock { $0.enabled.append(kind) }
    }

    func disable(_ kind: EventKind) async { state.withLock { $0.enabled.removeAll { $0 == kind } } }

    func happen(_ number: UInt64, _ event: Event) {
        state.withLock { $0.receive }?(PublishedEvent(number: number, time: 0, event: event))
    }
}

private let networkEvent = Event.networkLifecycle(NetworkLifecycleEvent())

@Suite("Streams of events")
struct EventStreamTests {
    @Test("a listener that takes nothing hears of 65,536 events, and then that it missed what followed")
    func overflow() async throws {
        let driver = BusyDriver()
        let events = try await Connection(driver: driver).events([.network(.lifecycle)])
        for number in 1...65540 { driver.happen(UInt64(number), networkEvent) }
        var numbers: [UInt64] = []
        let error = await #expect(throws: VirtError.self) {
            for try await published in events { numbers.append(published.number) }
        }
        #expect(numbers == Array(1...65536))
        #expect(error?.message.contains("65536 events wait") == true)
        #expect(!driver.isHeard)
    }

    @Test("a listener hears of the kinds that it asked for alone")
    func kinds() async throws {
        let driver = BusyDriver()
        let events = try await Connection(driver: driver).events([.network(.lifecycle)])
        driver.happen(1, .storagePoolRefresh(StoragePoolRefreshEvent()))
        driver.happen(2, .networkMetadataChange(NetworkMetadataChangeEvent()))
        driver.happen(3, networkEvent)
        var iterator = events.makeAsyncIterator()
        #expect(try await iterator.next()?.number == 3)
    }

    @Test("where one kind is refused, none stays asked for")
    func refused() async throws {
        let driver = BusyDriver()
        let error = await #expect(throws: VirtError.self) {
            _ = try await Connection(driver: driver).events([.network(.lifecycle), .secret(.lifecycle)])
        }
        #expect(error?.code == .noSupport)
        #expect(driver.enabled.isEmpty)
        #expect(!driver.isHeard)
    }
}
