import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The networks of the test host as its clients see them.
struct TestNetworkService: RegisteredNetworks {
    let networks: ObjectRegistry<TestNetworkState>
    let events: EventHub

    static let functions = (lists: "testConnect", calls: "testNetwork")

    func network(_ reference: NetworkReference) -> any NetworkOperations {
        TestNetwork(reference: reference, networks: networks, events: events)
    }

    func put(_ xml: String, toStart: Bool) async throws(VirtError) -> NetworkReference {
        let change: NetworkEventLifecycleType = toStart ? .started : .defined
        return try await networks.put(document: xml, toStart: toStart, telling: change.rawValue, in: events)
    }
}
