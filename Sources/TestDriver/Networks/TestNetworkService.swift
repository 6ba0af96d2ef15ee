import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The networks of the test host: found, listed, defined.
struct TestNetworkService: NetworkService {
    let networks: TestCollection<TestNetworkState>
    let events: EventHub

    func network(_ reference: NetworkReference) -> any NetworkOperations {
        TestNetwork(reference: reference, networks: networks, events: events)
    }

    func networkLookupByName(name: String) throws(VirtError) -> NetworkReference {
        try networks.object(named: name).reference
    }

    func networkLookupByUUID(uuid: UUID) throws(VirtError) -> NetworkReference {
        try networks.object(uuid: uuid).reference
    }

    func listAllNetworks(flags: ConnectListAllNetworksFlags) throws(VirtError) -> [NetworkReference] {
        try flags.require(
            [.inactive, .active, .persistent, .transient, .autostart, .noAutostart],
            in: "testConnectListAllNetworks", from: .test)
        return networks.all.filter { $0.isChosen(by: flags.rawValue) }.map(\.reference)
    }

    func listNetworks() -> [String] { networks.all.filter(\.isActive).map(\.name) }
    func listDefinedNetworks() -> [String] { networks.all.filter { !$0.isActive }.map(\.name) }
    func numOfNetworks() -> Int32 { Int32(clamping: listNetworks().count) }
    func numOfDefinedNetworks() -> Int32 { Int32(clamping: listDefinedNetworks().count) }

    func networkDefineXML(xml: String) async throws(VirtError) -> NetworkReference {
        try await networkDefineXMLFlags(xml: xml, flags: [])
    }

    func networkDefineXMLFlags(xml: String, flags: NetworkDefineFlags) async throws(VirtError)
        -> NetworkReference
    {
        try flags.require(.validate, in: "testNetworkDefineXMLFlags", from: .test)
        try await DocumentSchema.network.check(xml, if: flags.contains(.validate))
        return try put(xml, toStart: false, .defined)
    }

    func networkCreateXML(xml: String) async throws(VirtError) -> NetworkReference {
        try await networkCreateXMLFlags(xml: xml, flags: [])
    }

    func networkCreateXMLFlags(xml: String, flags: NetworkCreateFlags) async throws(VirtError)
        -> NetworkReference
    {
        try flags.require(.validate, in: "testNetworkCreateXMLFlags", from: .test)
        try await DocumentSchema.network.check(xml, if: flags.contains(.validate))
        return try put(xml, toStart: true, .started)
    }

    private func put(
        _ text: String, toStart: Bool, _ event: NetworkEventLifecycleType
    ) throws(VirtError) -> NetworkReference {
        let definition = try TestCollection<TestNetworkState>.definition(text)
        return try networks.put(definition, toStart: toStart) { network in
            events.tell(event, network.reference)
        }.reference
    }
}

extension EventHub {
    /// Something happened to a network.
    func tell(_ event: NetworkEventLifecycleType, _ network: NetworkReference) {
        publish(.networkLifecycle(NetworkLifecycleEvent(network: network, event: event.rawValue, detail: 0)))
    }
}
