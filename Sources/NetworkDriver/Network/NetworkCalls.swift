import DriverKit
import Explanation
import LinuxSystem
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// The calls on one network.
struct NetworkCalls: NetworkOperations {
    let driver: NetworkDriver
    let reference: NetworkReference

    func current() throws(VirtError) -> LocalNetwork {
        if let network = driver.registry[reference.uuid] { return network }
        throw NetworkDriver.none(reference)
    }

    // MARK: Read

    func xmlDesc(flags: NetworkXMLFlags) throws(VirtError) -> String {
        try flags.require(.inactive, in: "networkGetXMLDesc", from: .network)
        let network = try current()
        let isNext = flags.contains(.inactive) && network.isPersistent
        let definition = isNext ? network.persistent : network.definition
        let shown = (definition ?? network.definition)
        return try (isNext ? shown : shown.counting(Array(network.ports.values))).text(
            flags.contains(.inactive) ? .inactive : [], from: .network)
    }

    func autostart() throws(VirtError) -> Bool { try current().isAutostarted }
    func isActive() throws(VirtError) -> Bool { try current().isActive }
    func isPersistent() throws(VirtError) -> Bool { try current().isPersistent }

    func explain() async throws(VirtError) -> String {
        let network = try current()
        return await Blocking.run { driver.explanation(of: network).json }
    }

    func bridgeName() throws(VirtError) -> String {
        let network = try current()
        if let name = network.definition.bridge?.name { return name }
        throw VirtError(
            .internalError, "network '\(network.title)' does not have a bridge name.", from: .network)
    }

    // MARK: Change

    func create() async throws(VirtError) { try await driver.create(reference) }
    func destroy() async throws(VirtError) { try await driver.destroy(reference) }
    func undefine() async throws(VirtError) { try await driver.undefine(reference) }
    func setAutostart(autostart: Bool) async throws(VirtError) {
        try await driver.setAutostart(reference, autostart)
    }

    func update(
        command: UInt32, section: UInt32, parentIndex: Int32, xml: String, flags: NetworkUpdateFlags
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "networkUpdate", from: .network)
        try await driver.change(reference, flags) { (definition) throws(VirtError) in
            try definition.update(command, section, parentIndex: parentIndex, with: xml)
        }
    }

    func metadata(type: Int32, uri: String?, flags: NetworkUpdateFlags) throws(VirtError) -> String {
        try flags.require([.live, .config], in: "networkGetMetadata", from: .network)
        let network = try current()
        let definition =
            flags.contains(.config)
            ? network.persistent : flags.contains(.live) ? network.live : network.definition
        if let definition { return try definition.metadata(ofType: type, uri: uri) }
        let message =
            flags.contains(.config)
            ? "cannot change persistent config of a transient network" : "network is not running"
        throw VirtError(.operationInvalid, message, from: .network)
    }

    func setMetadata(
        type: Int32, metadata: String?, key: String?, uri: String?, flags: NetworkUpdateFlags
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "networkSetMetadata", from: .network)
        let told = Event.networkMetadataChange(
            NetworkMetadataChangeEvent(network: reference, type: type, nsuri: uri))
        try await driver.change(reference, flags, telling: told) { (definition) throws(VirtError) in
            try definition.setMetadata(ofType: type, to: metadata, key: key, uri: uri)
            // Unlike a domain's, it goes with its last part.
            if definition.metadata == Metadata() { definition.metadata = nil }
        }
    }
}
