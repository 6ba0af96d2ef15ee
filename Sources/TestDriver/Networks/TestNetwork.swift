import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The calls on one network of the test host.
struct TestNetwork: NetworkOperations {
    let reference: NetworkReference
    let networks: ObjectRegistry<TestNetworkState>
    let events: EventHub

    func current() throws(VirtError) -> TestNetworkState {
        if let network = networks[reference.uuid] { return network }
        throw missing
    }

    var missing: VirtError { TestNetworkState.kind.none(matching: "name '\(reference.name)'") }

    private func change(
        _ event: NetworkEventLifecycleType? = nil,
        _ body: @escaping @Sendable (inout TestNetworkState) throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await networks.change(reference.uuid, orElse: missing, telling: events) {
            (network, told) throws(VirtError) in
            let reference = network.reference
            try body(&network)
            if let event { told.append(TestNetworkState.kind.lifecycle(reference, event.rawValue)) }
        }
    }

    // MARK: Read

    func xmlDesc(flags: NetworkXMLFlags) throws(VirtError) -> String {
        try flags.require(in: "testNetworkGetXMLDesc", from: .test)
        return try current().definition.text(from: .test)
    }

    func autostart() throws(VirtError) -> Bool { try current().isAutostarted }
    func isActive() throws(VirtError) -> Bool { try current().isActive }
    func isPersistent() throws(VirtError) -> Bool { try current().isPersistent }

    func bridgeName() throws(VirtError) -> String {
        let network = try current()
        if let name = network.definition.bridge?.name { return name }
        throw VirtError(
            .internalError, "network '\(network.title)' does not have a bridge name.", from: .test)
    }

    // MARK: Change

    func create() async throws(VirtError) {
        try await change(.started) { (network) throws(VirtError) in
            if network.isActive {
                throw VirtError(
                    .operationInvalid, "Network '\(network.title)' is already running", from: .test)
            }
            network.live = network.persistent
        }
    }

    /// Stops it; the event comes for a network that didn't run too.
    func destroy() async throws(VirtError) {
        try await change(.stopped) { (network) throws(VirtError) in network.live = nil }
    }

    func undefine() async throws(VirtError) {
        try await change(.undefined) { (network) throws(VirtError) in
            if network.isActive {
                throw VirtError(
                    .operationInvalid, "Network '\(network.title)' is still running", from: .test)
            }
            network.persistent = nil
        }
    }

    func setAutostart(autostart: Bool) async throws(VirtError) {
        try await change { (network) throws(VirtError) in network.isAutostarted = autostart }
    }
}
