import DriverKit
import JSON
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    // MARK: Pause

    func suspend() async throws(VirtError) {
        try await withJob(.suspend, "suspend") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.pause(.user)
        }
    }

    /// Stops the guest's processors.
    func pause(_ reason: DomainPausedReason) async throws(VirtError) {
        try requireGuest()
        if snapshot.state == .pmsuspended {
            throw VirtError(.operationInvalid, "domain is pmsuspended", from: .qemu)
        }
        if snapshot.state == .paused { return }
        guest?.expectedPause = reason
        // What was expected of a command that failed isn't the reason for a pause that comes later.
        defer { guest?.expectedPause = nil }
        try await ask("stop")
        becamePaused()
    }

    /// The guest's processors have stopped, whoever asked for it.
    func becamePaused() {
        guard let guest, snapshot.state == .running else { return }
        let reason = guest.expectedPause ?? .unknown
        self.guest?.expectedPause = nil
        become(.paused, reason.rawValue, [lifecycle(.suspended, pauseDetail(reason).rawValue)])
    }

    private func pauseDetail(_ reason: DomainPausedReason) -> DomainEventSuspendedDetailType {
        switch reason {
        case .ioerror: .ioerror
        case .watchdog: .watchdog
        case .fromSnapshot: .fromSnapshot
        case .migration: .migrated
        default: .paused
        }
    }

    func resume() async throws(VirtError) {
        try await withJob(.modify, "resume") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            if domain.snapshot.state == .pmsuspended {
                throw VirtError(.operationInvalid, "domain is pmsuspended", from: .qemu)
            }
            if domain.snapshot.state == .running {
                throw VirtError(.operationInvalid, "domain is already running", from: .qemu)
            }
            try await domain.continueProcessors(.unpaused)
        }
    }

    /// Lets the guest's processors run.
    func continueProcessors(_ reason: DomainRunningReason) async throws(VirtError) {
        guest?.expectedResume = reason
        defer { guest?.expectedResume = nil }
        try await ask("cont")
        becameRunning()
    }

    /// The guest's processors run, whoever asked for it.
    func becameRunning() {
        guard let guest, snapshot.state == .paused else { return }
        let reason = guest.expectedResume ?? .unpaused
        self.guest?.expectedResume = nil
        become(
            .running, reason.rawValue, [lifecycle(.resumed, DomainEventResumedDetailType.unpaused.rawValue)])
    }

    // MARK: Shutdown and reboot

    func shutdown() async throws(VirtError) { try await shutdownFlags(flags: []) }

    func shutdownFlags(flags: DomainShutdownFlags) async throws(VirtError) {
        try flags.require([.acpiPowerBtn, .guestAgent], in: "qemuDomainShutdownFlags", from: .qemu)
        try await withJob(.modify, "shutdown") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requirePower(flags.isSubset(of: .acpiPowerBtn), "shutdown")
            try domain.setRebootsOnShutdown(false)
            try await domain.ask("system_powerdown")
        }
    }

    func reboot(flags: DomainRebootFlags) async throws(VirtError) {
        try flags.require([.acpiPowerBtn, .guestAgent], in: "qemuDomainReboot", from: .qemu)
        try await withJob(.modify, "reboot") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requirePower(flags.isSubset(of: .acpiPowerBtn), "reboot")
            try domain.setRebootsOnShutdown(true)
            try await domain.ask("system_powerdown")
        }
    }

    /// A guest whose power button may be pressed.
    private func requirePower(_ isACPI: Bool, _ verb: String) throws(VirtError) {
        try requireGuest()
        guard isACPI else {
            try requireAgent()
            throw VirtError(
                .argumentUnsupported, "\(verb) works through ACPI only, so far: use --mode acpi", from: .qemu)
        }
    }

    /// A guest in which libvirt's agent listens.
    private func requireAgent() throws(VirtError) {
        let channel = snapshot.live?.devices.channels.first { $0.target.name == ChannelDevice.agentName }
        guard case .virtio(_, let state)? = channel?.target else {
            throw VirtError(.argumentUnsupported, "QEMU guest agent is not configured", from: .qemu)
        }
        guard state == .connected else {
            throw VirtError(.agentUnresponsive, "QEMU guest agent is not connected", from: .qemu)
        }
    }

    private func setRebootsOnShutdown(_ value: Bool) throws(VirtError) {
        try requireGuest()
        guest?.rebootsOnShutdown = value
    }

    func reset(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "qemuDomainReset", from: .qemu)
        try await withJob(.modify, "reset") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.ask("system_reset")
        }
    }

    func injectNMI(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "qemuDomainInjectNMI", from: .qemu)
        try await withJob(.modify, "inject-nmi") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.ask("inject-nmi")
        }
    }

    // MARK: The end

    func destroy() async throws(VirtError) { try await destroyFlags(flags: []) }

    func destroyFlags(flags: DomainDestroyFlags) async throws(VirtError) {
        try flags.require([.graceful, .removeLogs], in: "qemuDomainDestroyFlags", from: .qemu)
        // Not under the job: a guest that hangs keeps the job of whoever waits for it, and its end ends that job too.
        try await destroy(run: try requireGuest().id, gracefully: flags.contains(.graceful))
        if flags.contains(.removeLogs) { await removeLogs() }
    }

    /// Removes what QEMU has said of this guest's runs, unless it says more by now.
    private func removeLogs() async {
        if guest != nil { return }
        let log = GuestLog(context.configuration.logs, name: snapshot.name)
        await Blocking.run { log.remove() }
    }

    /// Ends one run of the guest, if it goes on still.
    func destroy(run: Int32, gracefully: Bool = false) async throws(VirtError) {
        try await end(run, .destroyed, gracefully: gracefully)
        await forgetSoon()
    }
}
