import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// The guest's clock and name, as its agent tells them.
extension QEMUDomain {
    func time(flags: UInt32) async throws(VirtError) -> DomainTimeReply {
        try flags.require(in: "qemuDomainGetTime", from: .qemu)
        guard let now = try await askAgent(AgentCommand("guest-get-time")).int else {
            throw VirtError(.internalError, "malformed return value", from: .qemu)
        }
        let (seconds, rest) = now.quotientAndRemainder(dividingBy: 1_000_000_000)
        return DomainTimeReply(
            seconds: rest < 0 ? seconds - 1 : seconds,
            nseconds: UInt32(clamping: rest < 0 ? rest + 1_000_000_000 : rest))
    }

    func setTime(seconds: Int64, nseconds: UInt32, flags: DomainSetTimeFlags) async throws(VirtError) {
        try flags.require(.sync, in: "qemuDomainSetTime", from: .qemu)
        try requireGuest()
        let (whole, isTooBig) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (time, isAbove) = whole.addingReportingOverflow(Int64(nseconds))
        let isSync = flags.contains(.sync)
        if !isSync, isTooBig || isAbove {
            throw VirtError(.invalidArg, "Time '\(seconds)' is too big for guest agent", from: .qemu)
        }
        try await askAgent(AgentCommand("guest-set-time", isSync ? nil : ["time": JSONValue(time)]))
        // Ticks that the guest has missed would make its clock run ahead.
        if snapshot.live?.board.isX86 == true {
            try await withJob(.modify, "time") { (domain: isolated QEMUDomain) async throws(VirtError) in
                try await domain.ask("rtc-reset-reinjection")
            }
        }
    }

    func hostname(flags: DomainGetHostnameFlags) async throws(VirtError) -> String {
        try flags.require([.lease, .agent], in: "qemuDomainGetHostname", from: .qemu)
        if flags.isSuperset(of: [.lease, .agent]) {
            throw .refused(
                "qemuDomainGetHostname", "flags",
                "Flags 'VIR_DOMAIN_GET_HOSTNAME_LEASE' and 'VIR_DOMAIN_GET_HOSTNAME_AGENT' are mutually exclusive",
                from: .qemu)
        }
        let now = try existingActive()
        if flags.contains(.lease) {
            if let name = await leasedName(of: now) { return name }
        } else if let name = try await askAgent(AgentCommand("guest-get-host-name"))["host-name"]?.string {
            return name
        } else {
            throw VirtError(.internalError, "malformed return value", from: .qemu)
        }
        throw VirtError(.noHostname, "no hostname found for domain \(now.name)", from: .qemu)
    }

    /// The name that a guest has asked its network for an address with.
    private func leasedName(of now: QEMUDomainSnapshot) async -> String? {
        for card in now.definition.devices.interfaces {
            if let name = await leases(of: card).lazy.compactMap(\.hostname).first { return name }
        }
        return nil
    }

    func pmSuspendForDuration(target: UInt32, duration: UInt64, flags: UInt32) async throws(VirtError) {
        try flags.require(in: "qemuDomainPMSuspendForDuration", from: .qemu)
        if duration != 0 {
            throw VirtError(
                .argumentUnsupported, "Duration not supported. Use 0 for now", from: .qemu)
        }
        let commands: [(String, Set<AgentNews>)] = [
            ("guest-suspend-ram", [.suspended]), ("guest-suspend-disk", [.suspendedToDisk, .shutdown]),
            ("guest-suspend-hybrid", [.suspended]),
        ]
        guard target < commands.count else {
            throw VirtError(.invalidArg, "Unknown suspend target: \(target)", from: .qemu)
        }
        let (name, news) = commands[Int(target)]
        try requireGuest()
        try requireSleep(disk: target != 0, memory: target != 1)
        try await askAgent(AgentCommand(name, isOverWith: news))
    }

    /// Throws where the guest's firmware doesn't offer a kind of sleep.
    private func requireSleep(disk: Bool, memory: Bool) throws(VirtError) {
        let management = snapshot.live?.powerManagement
        if memory, management?.suspendToMemory == false {
            throw VirtError(.operationUnsupported, "S3 state is disabled for this domain", from: .qemu)
        }
        if disk, management?.suspendToDisk == false {
            throw VirtError(.operationUnsupported, "S4 state is disabled for this domain", from: .qemu)
        }
    }
}

extension QEMUDomain {
    func pmWakeup(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "qemuDomainPMWakeup", from: .qemu)
        try await withJob(.modify, "wakeup") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.ask("system_wakeup")
        }
    }
}
