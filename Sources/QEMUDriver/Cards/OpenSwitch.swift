import ByteText
import HostKit
import LinuxSystem
import Logging
import Virt
import VirtXML

extension QEMUContext {
    /// Puts each card that belongs there on its switch.
    func joinSwitches(of domain: DomainDefinition) async throws(VirtError) {
        for card in domain.devices.interfaces { try await joinSwitch(card, of: domain) }
    }

    /// Puts a card's end on its switch, if it belongs on one, as its card says.
    ///
    /// - Parameter old: what is on the switch already.
    func joinSwitch(
        _ card: InterfaceDevice, of domain: DomainDefinition, instead old: InterfaceDevice? = nil
    ) async throws(VirtError) {
        guard let uuid = domain.uuid, let port = OpenSwitchPort(card, of: uuid) else { return }
        if old?.source.bridge != card.source.bridge, old?.isOnOpenSwitch == true {
            // A port of another switch of the same name would be an error.
            try await run(port.leaving, "Unable to delete port \(port.name) from OVS")
        } else if old?.vlan != nil, old?.vlan != card.vlan {
            try await run(port.untagging, "Unable to change VLANs of OVS port \(port.name)")
        }
        try await run(port.joining, "Unable to add port \(port.name) to OVS bridge \(port.bridge)")
        if port.hasBandwidth { try await limit(port) }
    }

    /// Limits a card's end as its card says.
    func limit(_ card: InterfaceDevice, of domain: UUID) async throws(VirtError) {
        if let port = OpenSwitchPort(card, of: domain) { return try await limit(port) }
        try await Blocking.run { () throws(VirtError) in try HostCard(card, isKVM: false)?.limit() }
    }

    /// Takes a card's end from its switch. What can't be done is told in the log.
    func leaveSwitch(_ card: InterfaceDevice, of domain: UUID) async {
        guard let port = OpenSwitchPort(card, of: domain) else { return }
        do throws(VirtError) {
            if port.hasBandwidth { try await unlimit(port) }
            try await run(port.leaving, "Unable to delete port \(port.name) from OVS")
        } catch {
            log.error("'\(port.name)' stays a port of the switch '\(port.bridge)': \(error)")
        }
    }

    private func limit(_ port: OpenSwitchPort) async throws(VirtError) {
        let words = "Unable to set QoS of OVS port \(port.name)"
        if port.isLimited {
            let (queues, qualities) = (try await found("queue", port), try await found("qos", port))
            if let queue = queues.first, let quality = qualities.first {
                try await run(port.changing("queue", queue), words)
                try await run(port.changing("qos", quality), words)
            } else {
                try await run(port.limiting, words)
            }
        } else {
            try await unlimit(port)
        }
        try await run(port.policing, words)
    }

    private func unlimit(_ port: OpenSwitchPort) async throws(VirtError) {
        let words = "Unable to remove QoS of OVS port \(port.name)"
        let (queues, qualities) = (try await found("queue", port), try await found("qos", port))
        if queues.isEmpty, qualities.isEmpty { return }
        try await run(port.unlimiting, words)
        for id in qualities { try await run(OpenSwitchPort.destroying("qos", id), words) }
        for id in queues { try await run(OpenSwitchPort.destroying("queue", id), words) }
    }

    private func found(_ kind: String, _ port: OpenSwitchPort) async throws(VirtError) -> [UUID] {
        let output = try await run(port.finding(kind), "Unable to find the QoS of OVS port \(port.name)")
        return output.split(atByte: "\n").compactMap { UUID($0.trimmingBlanks()) }
    }

    /// Has `ovs-vsctl` do something; what it printed.
    @discardableResult
    private func run(_ words: [String], _ what: String) async throws(VirtError) -> String {
        let outcome: ProgramTask.Outcome
        do throws(SystemError) {
            outcome = try await ProgramTask("ovs-vsctl", ["--timeout=5"] + words, patience: .seconds(30))
                .run()
        } catch {
            let why = error.errno == 2 ? "ovs-vsctl isn't installed" : error.reason
            throw VirtError(.internalError, "\(what): \(why)", from: .none)
        }
        if outcome.status.isSuccess { return String(decoding: outcome.output, as: UTF8.self) }
        throw VirtError(
            .internalError, "\(what): \(outcome.errorText.trimmingBlanks())", from: .none)
    }
}
