import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// What only reads: answered from the snapshot, at once, whatever the domain is busy with.
extension QEMUDomain {
    nonisolated func xmlDesc(flags: DomainXMLFlags) async throws(VirtError) -> String {
        try flags.require(
            [.secure, .inactive, .updateCPU, .migratable], in: "qemuDomainGetXMLDesc", from: .qemu)
        let (now, channels) = (try existing(), context.configuration.channels)
        // What a running guest has is settled already.
        guard flags.contains(.updateCPU), let definition = now.inactive(flags), definition.cpu != nil,
            let emulator = definition.devices.emulator
        else { return try now.xml(flags.subtracting(.updateCPU), channels: channels) }
        let qemu = try await context.capabilities(of: emulator)
        return try now.xml(flags, channels: channels, cpuFor: qemu)
    }

    nonisolated func state(flags: UInt32) async throws(VirtError) -> DomainStateReply {
        try flags.require(in: "qemuDomainGetState", from: .qemu)
        let now = try existing()
        return DomainStateReply(state: now.state.rawValue, reason: now.reason)
    }

    nonisolated func info() async throws(VirtError) -> DomainInfo {
        let now = try existing()
        let definition = now.definition
        let maximum = definition?.memory.total?.kibibytes ?? 0
        let current = now.isActive ? now.balloon ?? maximum : definition?.memory.current?.kibibytes ?? maximum
        return DomainInfo(
            state: UInt8(clamping: now.state.rawValue), maxMem: maximum, memory: current,
            nrVirtCpu: UInt16(clamping: definition?.vcpu.online ?? 0),
            cpuTime: now.process.flatMap { ProcessUsage(of: $0)?.time } ?? 0)
    }

    nonisolated func controlInfo(flags: UInt32) async throws(VirtError) -> DomainControlInfo {
        try flags.require(in: "qemuDomainGetControlInfo", from: .qemu)
        let now = try existing()
        guard now.isActive else {
            throw VirtError.notRunning
        }
        if now.trouble == nil { return DomainControlInfo(state: 0, details: 0, stateTime: 0) }
        let reason: DomainControlErrorReason = now.state == .nostate ? .unknown : .monitor
        return DomainControlInfo(
            state: UInt32(clamping: DomainControlState.error.rawValue),
            details: UInt32(clamping: reason.rawValue), stateTime: 0)
    }

    nonisolated func osType() async throws(VirtError) -> String {
        try existing().definition?.os.type ?? "hvm"
    }

    nonisolated func maxMemory() async throws(VirtError) -> UInt64 {
        try existing().definition?.memory.total?.kibibytes ?? 0
    }

    nonisolated func maxVcpus() async throws(VirtError) -> Int32 {
        Int32(clamping: try existing().definition?.vcpu.maximum ?? 0)
    }

    nonisolated func vcpusFlags(flags: DomainVcpuFlags) async throws(VirtError) -> Int32 {
        try flags.require(
            [.live, .config, .maximum, .guest], in: "qemuDomainGetVcpusFlags", from: .qemu)
        if flags.contains(.guest) { throw .notSupported("virDomainGetVcpusFlags") }
        let now = try existing()
        if flags.contains(.live) && !now.isActive {
            throw VirtError.notRunning
        }
        let definition = flags.contains(.config) ? now.persistent : now.definition
        guard let definition else {
            throw VirtError(
                .operationInvalid, "transient domains do not have any persistent config", from: .qemu)
        }
        return Int32(clamping: flags.contains(.maximum) ? definition.vcpu.maximum : definition.vcpu.online)
    }

    nonisolated func isActive() async throws(VirtError) -> Bool { try existing().isActive }
    nonisolated func isPersistent() async throws(VirtError) -> Bool { try existing().isPersistent }
    nonisolated func isUpdated() async throws(VirtError) -> Bool { false }
    nonisolated func autostart() async throws(VirtError) -> Bool { try existing().isAutostarted }

    nonisolated func securityLabel() async throws(VirtError) -> DomainSecurityLabelReply {
        DomainSecurityLabelReply(label: [0], enforcing: 0)
    }

    nonisolated func securityLabelList() async throws(VirtError) -> [SecurityLabel] { [] }
}
