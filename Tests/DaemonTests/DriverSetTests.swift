import DriverKit
import Synchronization
import Testing
import Virt
import VirtDriver

@Suite("The drivers of a host") struct DriverSetTests {
    private let client = Client(number: 7, identity: nil, isReadOnly: true)

    private func open(_ uri: String, _ drivers: [any Driver]) async throws(VirtError) -> any DriverConnection
    {
        try await DriverSet(drivers).open(OpenRequest(ConnectionURI(uri), for: client))
    }

    @Test("give hypervisors' clients what others offer, and know whose client that is")
    func composition() async throws {
        let drivers = [
            SmallDriver("a", isHypervisor: true), SmallDriver("b"), SmallDriver("net", offers: true),
        ]
        let first = try await open("a:///", drivers)
        #expect(try await first.networks.numOfNetworks() == 7)
        #expect(try await first.hypervisor.type() == "a")
        #expect((first.own as? SmallConnection)?.driver.name == "a")
        // One that is no hypervisor has its own services only, and so has one beside which nobody offers any.
        let others = [try await open("b:///", drivers), try await open("a:///", Array(drivers.prefix(2)))]
        for other in others {
            let error = await #expect(throws: VirtError.self) { try await other.networks.numOfNetworks() }
            #expect(error?.code == .noSupport)
        }
    }

    @Test("give hypervisors' clients the events of what others offer, from the same hub")
    func events() async throws {
        let hub = EventHub()
        let drivers = [
            SmallDriver("a", isHypervisor: true, events: hub), SmallDriver("net", offers: true, events: hub),
        ]
        let both = try await open("a:///", drivers).events
        try await both.enable(.domain(.lifecycle))
        try await both.enable(.network(.lifecycle))
        await #expect(throws: VirtError.self) { try await both.enable(.secret(.lifecycle)) }
        let alone = try await open("a:///", [drivers[0]]).events
        await #expect(throws: VirtError.self) { try await alone.enable(.network(.lifecycle)) }
    }

    @Test("know no URI that none of them opens")
    func unknown() async throws {
        let error = await #expect(throws: VirtError.self) { _ = try await open("c:///", [SmallDriver("a")]) }
        #expect(error?.code == .noConnect)
    }

    @Test("start in order and end the other way round, and do without those that can't start")
    func lives() async throws {
        let told = Told()
        let drivers = ["a", "b", "c"].map { SmallDriver($0, fails: $0 == "b", told: told) }
        let set = DriverSet(drivers)
        try await set.start { name, error in told.add("\(name) has failed") }
        await set.autostart()
        await set.stop()
        #expect(
            told.all == [
                "start a", "start b", "b has failed", "start c", "autostart a", "autostart b", "autostart c",
                "stop c", "stop b", "stop a",
            ])
    }

    @Test("don't start where one fails that nobody can do without")
    func indispensable() async throws {
        let told = Told()
        let drivers = ["a", "b"].map { SmallDriver($0, isHypervisor: true, fails: true, told: told) }
        await #expect(throws: VirtError.self) { try await DriverSet(drivers).start { _, _ in } }
        #expect(told.all == ["start a"])
    }
}

/// What was heard, in order.
private final class Told: Sendable {
    private let words = Mutex<[String]>([])
    var all: [String] { words.withLock { $0 } }
    func add(_ word: String) { words.withLock { $0.append(word) } }
}

/// A driver of URIs with its name, with as many networks as its client's number.
private struct SmallDriver: Driver {
    let name: String
    let isIndispensable: Bool
    let offers: Bool
    let fails: Bool
    let hub: EventHub?
    let told: Told

    init(
        _ name: String, isHypervisor: Bool = false, offers: Bool = false, fails: Bool = false,
        events hub: EventHub? = nil, told: Told = Told()
    ) {
        (self.name, isIndispensable, self.offers) = (name, isHypervisor, offers)
        (self.fails, self.hub, self.told) = (fails, hub, told)
    }

    func start() async throws(VirtError) {
        told.add("start \(name)")
        if fails { throw VirtError(.internalError, "no", from: .none) }
    }

    func autostart() async { told.add("autostart \(name)") }
    func stop() async { told.add("stop \(name)") }

    func offer(to services: inout HostServices) {
        if offers { services.networks = { SmallNetworks(client: $0) } }
    }

    func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        request.uri.driver == name ? SmallConnection(driver: self) : nil
    }
}

private struct SmallConnection: DriverConnection, HypervisorService {
    let driver: SmallDriver
    var takesHostServices: Bool { driver.isIndispensable }
    var hypervisor: any HypervisorService { self }
    var events: any EventSource { driver.hub?.source(of: [.domain]) ?? NoEvents() }
    func type() async throws(VirtError) -> String { driver.name }
}

private struct SmallNetworks: NetworkService {
    let client: Client
    func numOfNetworks() async throws(VirtError) -> Int32 { Int32(client.number) }
}
