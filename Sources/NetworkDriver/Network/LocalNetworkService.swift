import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The networks of this host: found, listed, defined.
struct LocalNetworkService: NetworkService {
    let driver: NetworkDriver

    private var networks: ObjectRegistry<LocalNetwork> { driver.registry }

    func network(_ reference: NetworkReference) -> any NetworkOperations {
        NetworkCalls(driver: driver, reference: reference)
    }

    func networkLookupByName(name: String) throws(VirtError) -> NetworkReference {
        try networks.object(named: name).reference
    }

    func networkLookupByUUID(uuid: UUID) throws(VirtError) -> NetworkReference {
        if let network = networks[uuid] { return network.reference }
        throw LocalNetwork.kind.none(matching: "uuid '\(uuid)'")
    }

    func listAllNetworks(flags: ConnectListAllNetworksFlags) throws(VirtError) -> [NetworkReference] {
        try networks.list(flags.rawValue, in: "networkConnectListAllNetworks")
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
        try flags.require(.validate, in: "networkDefineXMLFlags", from: .network)
        try await DocumentSchema.network.check(xml, if: flags.contains(.validate))
        return try await driver.define(ObjectRegistry<LocalNetwork>.definition(xml))
    }

    func networkCreateXML(xml: String) async throws(VirtError) -> NetworkReference {
        try await networkCreateXMLFlags(xml: xml, flags: [])
    }

    func networkCreateXMLFlags(xml: String, flags: NetworkCreateFlags) async throws(VirtError)
        -> NetworkReference
    {
        try flags.require(.validate, in: "networkCreateXMLFlags", from: .network)
        try await DocumentSchema.network.check(xml, if: flags.contains(.validate))
        return try await driver.createTransient(ObjectRegistry<LocalNetwork>.definition(xml))
    }
}
