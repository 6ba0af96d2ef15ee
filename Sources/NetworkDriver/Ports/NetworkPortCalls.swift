import DriverKit
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension NetworkCalls {
    func listAllPorts(flags: UInt32) throws(VirtError) -> [NetworkPortReference] {
        try flags.require(in: "networkListAllPorts", from: .network)
        let network = try current()
        _ = try network.requireActive()
        return network.ports.keys.map { NetworkPortReference(network: reference, uuid: $0) }
    }

    func portLookupByUUID(uuid: UUID) throws(VirtError) -> NetworkPortReference {
        let network = try current()
        _ = try network.requireActive()
        if network.ports[uuid] != nil { return NetworkPortReference(network: reference, uuid: uuid) }
        throw NetworkDriver.noPort(uuid)
    }

    func portCreateXML(
        xml: String, flags: NetworkPortCreateFlags
    ) async throws(VirtError) -> NetworkPortReference {
        try flags.require([.reclaim, .validate], in: "networkPortCreateXML", from: .network)
        try await DocumentSchema.networkPort.check(xml, if: flags.contains(.validate))
        let port: NetworkPortDefinition
        do throws(XMLError) { port = try NetworkPortDefinition(xml: xml, options: []) } catch {
            throw VirtError(document: error, from: .network)
        }
        try port.checkComplete()
        _ = try current().requireActive()
        let (isPlaced, isReclaimed) = (port.plug != .none, flags.contains(.reclaim))
        if isPlaced != isReclaimed {
            throw VirtError(
                .invalidArg,
                isReclaimed
                    ? "Port reclaim requested but plug type is none"
                    : "Port reclaim not requested but plug type is not none", from: .network)
        }
        return try await driver.createPort(port, on: reference) { (network, others) throws(VirtError) in
            isPlaced ? port : try network.place(port, beside: others)
        }
    }
}

/// The calls on one port of a network.
struct NetworkPortCalls: NetworkPortOperations {
    let driver: NetworkDriver
    let reference: NetworkPortReference

    private func current() throws(VirtError) -> NetworkPortDefinition {
        let calls = NetworkCalls(driver: driver, reference: reference.network)
        let network = try calls.current()
        _ = try network.requireActive()
        if let port = network.ports[reference.uuid] { return port }
        throw NetworkDriver.noPort(reference.uuid)
    }

    func xmlDesc(flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "networkPortGetXMLDesc", from: .network)
        return try current().text([], from: .network)
    }

    func delete(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "networkPortDelete", from: .network)
        try await driver.changePort(reference) { $0 = nil }
    }

    func parameters(flags: UInt32) throws(VirtError) -> [TypedParameter] {
        try flags.require(in: "networkPortGetParameters", from: .network)
        let bandwidth = try current().bandwidth
        let inbound = ["average", "peak", "floor", "burst"].map { "inbound.\($0)" }
        let outbound = ["average", "peak", "burst"].map { "outbound.\($0)" }
        return Bandwidth.parameters(
            (bandwidth?.inbound == nil ? [] : inbound) + (bandwidth?.outbound == nil ? [] : outbound),
            of: bandwidth)
    }

    func setParameters(parameters: [TypedParameter], flags: UInt32) async throws(VirtError) {
        try flags.require(in: "networkPortSetParameters", from: .network)
        let wanted = try BandwidthChange(parameters, from: .network)
        try await driver.changePort(reference) { (port) throws(VirtError) in
            let changed = wanted.changed(port?.bandwidth)
            port?.bandwidth = changed
        }
    }
}
