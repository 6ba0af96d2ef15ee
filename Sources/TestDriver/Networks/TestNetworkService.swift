import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The networks of the test host: found, listed, defined.
struct TestNetworkService: NetworkService {
    let networks: ObjectRegistry<TestNetworkState>
    let events: EventHub

    func network(_ reference: NetworkReference) -> any NetworkOperations {
        TestNetwork(reference: reference, networks: networks, events: events)
    }

    func networkLookupByName(name: String) throws(VirtError) -> NetworkReference {
        try networks.object(named: name).reference
    }

    func networkLookupByUUID(uuid: UUID) throws(VirtError) -> NetworkReference {
        try networks.object(uuid).reference
    }

    func listAllNetworks(flags: ConnectListAllNetworksFlags) throws(VirtError) -> [NetworkReference] {
        try networks.list(flags.rawValue, in: "testConnectListAllNetworks")
    }

    func listNetworks() -> [String] { networks.names(active: true) }
    func listDefinedNetworks() -> [String] { networks.names(active: false) }
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
        return try await put(xml, toStart: false, .defined)
    }

    func networkCreateXML(xml: String) async throws(VirtError) -> NetworkReference {
        try await networkCreateXMLFlags(xml: xml, flags: [])
    }

    func networkCreateXMLFlags(xml: String, flags: NetworkCreateFlags) async throws(VirtError)
        -> NetworkReference
    {
        try flags.require(.validate, in: "testNetworkCreateXMLFlags", from: .test)
        try await DocumentSchema.network.check(xml, if: flags.contains(.validate))
        return try await put(xml, toStart: true, .started)
    }

    private func put(
        _ text: String, toStart: Bool, _ event: NetworkEventLifecycleType
    ) async throws(VirtError) -> NetworkReference {
        try await networks.put(document: text, toStart: toStart, telling: event.rawValue, in: events)
    }
}

extension EventHub {
    /// Something happened to a network.
    func tell(_ event: NetworkEventLifecycleType, _ network: NetworkReference) {
        publish(TestNetworkState.kind.lifecycle(network, event.rawValue))
    }
}
