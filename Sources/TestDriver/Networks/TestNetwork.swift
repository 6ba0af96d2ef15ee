import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The calls on one network of the test host.
struct TestNetwork: NetworkOperations {
    let reference: NetworkReference
    let networks: TestCollection<TestNetworkState>
    let events: EventHub

    private func current() throws(VirtError) -> TestNetworkState {
        try change { (network) throws(VirtError) in network }
    }

    private func change<Result: Sendable>(
        _ body: (inout TestNetworkState) throws(VirtError) -> Result
    ) throws(VirtError) -> Result {
        try networks.change(reference.uuid, named: reference.name, body)
    }

    // MARK: Read

    func xmlDesc(flags: NetworkXMLFlags) throws(VirtError) -> String {
        try flags.require(in: "testNetworkGetXMLDesc", from: .test)
        return try current().xml()
    }

    func autostart() throws(VirtError) -> Bool { try current().isAutostarted }
    func isActive() throws(VirtError) -> Bool { try current().isActive }
    func isPersistent() throws(VirtError) -> Bool { try current().isPersistent }

    func bridgeName() throws(VirtError) -> String {
        let network = try current()
        if let name = network.definition.bridge?.name { return name }
        throw VirtError(.internalError, "network '\(network.name)' does not have a bridge name.", from: .test)
    }

    // MARK: Change

    func create() throws(VirtError) {
        try change { (network) throws(VirtError) in
            if network.isActive {
                throw VirtError(
                    .operationInvalid, "Network '\(network.name)' is already running", from: .test)
            }
            network.live = network.persistent
            events.tell(.started, network.reference)
        }
    }

    /// Stops it; the event comes for a network that didn't run too.
    func destroy() throws(VirtError) {
        try change { (network) throws(VirtError) in
            events.tell(.stopped, network.reference)
            network.live = nil
        }
    }

    func undefine() throws(VirtError) {
        try change { (network) throws(VirtError) in
            if network.isActive {
                throw VirtError(
                    .operationInvalid, "Network '\(network.name)' is still running", from: .test)
            }
            events.tell(.undefined, network.reference)
            network.persistent = nil
        }
    }

    func setAutostart(autostart: Bool) throws(VirtError) {
        try change { (network) throws(VirtError) in network.isAutostarted = autostart }
    }
}
