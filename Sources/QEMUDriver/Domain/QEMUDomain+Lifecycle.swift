import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
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
        let run = try requireGuest().id
        if snapshot.state == .pmsuspended {
            throw VirtError(.operationInvalid, "domain is pmsuspended", from: .qemu)
        }
        if snapshot.state == .paused { return }
        guest?.life.expect(pause: reason)
        // What was expected of a command that failed isn't the reason for a pause that comes later.
        defer { guest?.life.expect(pause: nil) }
        try await ask("stop")
        hear(.stopped, of: run)
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
        let run = try requireGuest().id
        guest?.life.expect(resume: reason)
        defer { guest?.life.expect(resume: nil) }
        try await ask("cont")
        hear(.resumed, of: run)
    }

    // MARK: Shutdown and reboot

    func shutdownFlags(flags: DomainShutdownFlags) async throws(VirtError) {
        try flags.require([.acpiPowerBtn, .guestAgent], in: "qemuDomainShutdownFlags", from: .qemu)
        let (wantsAgent, wantsACPI) = (flags.contains(.guestAgent), flags.contains(.acpiPowerBtn))
        if try await askedAgent(wantsAgent, orACPI: wantsACPI, reboots: false) { return }
        try await withJob(.modify, "shutdown") { (domain: isolated QEMUDomain) async throws(VirtError) in
            let run = try domain.requireGuest().id
            domain.guest?.life.expectShutdown(reboots: false)
            do throws(VirtError) {
                try await domain.ask("system_powerdown")
            } catch {
                // One that was off before QEMU has answered has done what it was to do.
                if let guest = domain.guest(run), guest.life.state != .shutdown { throw error }
            }
        }
    }

    func reboot(flags: DomainRebootFlags) async throws(VirtError) {
        try flags.require([.acpiPowerBtn, .guestAgent], in: "qemuDomainReboot", from: .qemu)
        let (wantsAgent, wantsACPI) = (flags.contains(.guestAgent), flags.contains(.acpiPowerBtn))
        if try await askedAgent(wantsAgent, orACPI: wantsACPI, reboots: true) { return }
        try await withJob(.modify, "reboot") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            domain.guest?.life.expectShutdown(reboots: true)
            try await domain.ask("system_powerdown")
        }
    }

    /// Has the guest's agent shut it down, where that is asked for; false where its power button is to be pressed instead.
    private func askedAgent(
        _ wantsAgent: Bool, orACPI wantsACPI: Bool, reboots: Bool
    ) async throws(VirtError) -> Bool {
        try requireGuest()
        guard wantsAgent else { return false }
        do throws(VirtError) {
            try requireAgent()
            guest?.life.expectShutdown(reboots: reboots)
            try await askAgent(.shutdown(reboots: reboots))
            return true
        } catch {
            // Whoever would have either gets the other.
            if wantsACPI, snapshot.isActive { return false }
            throw error
        }
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

    func destroyFlags(flags: DomainDestroyFlags) async throws(VirtError) {
        try flags.require([.graceful, .removeLogs], in: "qemuDomainDestroyFlags", from: .qemu)
        // Not under the job: a guest that hangs keeps the job of whoever waits for it, and its end ends that job too.
        try await destroy(run: try requireGuest().id, gracefully: flags.contains(.graceful))
        if flags.contains(.removeLogs) { await removeLogs() }
    }

    /// Removes what QEMU has said of this guest's runs, unless it says more by now.
    private func removeLogs() async {
        if guest != nil { return }
        let log = ProgramLog(ofGuest: snapshot.name, context.configuration)
        await Blocking.run { log.remove() }
    }

    /// Ends one run of the guest, if it goes on still.
    func destroy(run: Int32, gracefully: Bool = false) async throws(VirtError) {
        try await end(run, .destroyed, gracefully: gracefully)
        await forgetSoon()
    }
}
