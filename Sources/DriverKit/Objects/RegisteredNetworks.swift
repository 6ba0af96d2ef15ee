import Virt
import VirtDriver
import VirtXML

/// The networks of a host that are kept in a registry: found, listed, defined and started. What it takes to put one there is
/// the driver's own.
public protocol RegisteredNetworks: NetworkService {
    associatedtype Network: StartableObject where Network.Reference == NetworkReference

    var networks: ObjectRegistry<Network> { get }
    /// What the names of libvirt's functions begin with, as errors about flags have them: of lists, and of other calls.
    static var functions: (lists: String, calls: String) { get }

    /// Puts there what a document describes: to be started the next time, or at once and for as long as it runs.
    func put(_ xml: String, toStart: Bool) async throws(VirtError) -> NetworkReference
}

extension RegisteredNetworks {
    public func networkLookupByName(name: String) async throws(VirtError) -> NetworkReference {
        try networks.object(named: name).reference
    }

    public func networkLookupByUUID(uuid: UUID) async throws(VirtError) -> NetworkReference {
        try networks.object(uuid).reference
    }

    public func listAllNetworks(flags: ConnectListAllNetworksFlags) async throws(VirtError)
        -> [NetworkReference]
    {
        try networks.list(flags.rawValue, in: Self.functions.lists + "ListAllNetworks")
    }

    public func listNetworks() async throws(VirtError) -> [String] { networks.names(active: true) }
    public func listDefinedNetworks() async throws(VirtError) -> [String] { networks.names(active: false) }
    public func numOfNetworks() async throws(VirtError) -> Int32 {
        Int32(clamping: networks.names(active: true).count)
    }
    public func numOfDefinedNetworks() async throws(VirtError) -> Int32 {
        Int32(clamping: networks.names(active: false).count)
    }

    public func networkDefineXML(xml: String) async throws(VirtError) -> NetworkReference {
        try await networkDefineXMLFlags(xml: xml, flags: [])
    }

    public func networkDefineXMLFlags(xml: String, flags: NetworkDefineFlags) async throws(VirtError)
        -> NetworkReference
    {
        try flags.require(.validate, in: Self.functions.calls + "DefineXMLFlags", from: Network.kind.origin)
        try await DocumentSchema.network.check(xml, if: flags.contains(.validate))
        return try await put(xml, toStart: false)
    }

    public func networkCreateXML(xml: String) async throws(VirtError) -> NetworkReference {
        try await networkCreateXMLFlags(xml: xml, flags: [])
    }

    public func networkCreateXMLFlags(xml: String, flags: NetworkCreateFlags) async throws(VirtError)
        -> NetworkReference
    {
        try flags.require(.validate, in: Self.functions.calls + "CreateXMLFlags", from: Network.kind.origin)
        try await DocumentSchema.network.check(xml, if: flags.contains(.validate))
        return try await put(xml, toStart: true)
    }
}
