import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// What only reads: answered from the snapshot, at once, whatever the domain is busy with.
extension QEMUDomain {
    nonisolated func xmlDesc(flags: DomainXMLFlags) async throws(VirtError) -> String {
        try Self.driver.require(
            flags, [.secure, .inactive, .updateCPU, .migratable], in: "DomainGetXMLDesc")
        let (now, channels) = (try existing(), context.configuration.channels)
        // What a running guest has is settled already.
        guard flags.contains(.updateCPU), let definition = now.inactive(flags), definition.cpu != nil,
            let emulator = definition.devices.emulator
        else { return try now.xml(flags.subtracting(.updateCPU), channels: channels) }
        let qemu = try await context.capabilities(of: emulator)
        return try now.xml(flags, channels: channels, cpuFor: qemu)
    }

    nonisolated func metadata(
        type: Int32, uri: String?, flags: DomainModificationImpact
    ) async throws(VirtError) -> String {
        try flags.require([.live, .config], in: "virDomainObjGetMetadata", from: .domain)
        return try storedMetadata(type, uri, flags)
    }

    nonisolated func usage(_ now: QEMUDomainSnapshot) -> (memory: UInt64, time: UInt64) {
        (now.memory, now.run.process.flatMap { ProcessUsage(of: $0)?.time } ?? 0)
    }

    nonisolated func controlInfo(flags: UInt32) async throws(VirtError) -> DomainControlInfo {
        try Self.driver.require(flags, in: "DomainGetControlInfo")
        let now = try existingActive()
        if now.run.trouble == nil { return DomainControlInfo(state: 0, details: 0, stateTime: 0) }
        let reason: DomainControlErrorReason = now.state == .nostate ? .unknown : .monitor
        return DomainControlInfo(
            state: UInt32(clamping: DomainControlState.error.rawValue),
            details: UInt32(clamping: reason.rawValue), stateTime: 0)
    }

    nonisolated func osType() async throws(VirtError) -> String {
        try existing().definition.os.type
    }

    nonisolated func vcpusFlags(flags: DomainVcpuFlags) async throws(VirtError) -> Int32 {
        try Self.driver.require(flags, [.live, .config, .maximum, .guest], in: "DomainGetVcpusFlags")
        if flags.contains(.guest) { return try await guestVCPUCount(flags) }
        return try processorCount(flags)
    }

    nonisolated func securityLabel() async throws(VirtError) -> DomainSecurityLabelReply {
        DomainSecurityLabelReply(label: [0], enforcing: 0)
    }

    nonisolated func securityLabelList() async throws(VirtError) -> [SecurityLabel] { [] }
}

extension QEMUDomainSnapshot {
    /// How much memory the guest has now, in KiB.
    var memory: UInt64 {
        let maximum = definition.memory.total?.kibibytes ?? 0
        return isActive ? run.balloon ?? maximum : definition.memory.current?.kibibytes ?? maximum
    }
}
