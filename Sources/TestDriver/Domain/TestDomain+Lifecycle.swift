import DriverKit
import Virt
import VirtDriver
import VirtXML

extension TestDomain {
    // MARK: Start

    func create() throws(VirtError) {
        if snapshot.isActive {
            throw VirtError(.internalError, "Domain '\(snapshot.name)' is already running", from: .test)
        }
        guard let definition = snapshot.persistent else {
            throw VirtError(.noDomain, from: .test)
        }
        start(definition)
    }

    func createWithFlags(flags: DomainCreateFlags) throws(VirtError) -> DomainReference {
        try flags.require(in: "testDomainCreateWithFlags", from: .test)
        try create()
        return snapshot.reference
    }

    /// Starts a domain from a document that is to live only while it runs; false where it is gone meanwhile.
    func startTransient(_ definition: DomainDefinition) throws(VirtError) -> Bool {
        if snapshot.isGone { return false }
        if snapshot.isActive {
            let message = "domain '\(snapshot.name)' is already active"
            throw VirtError(.operationInvalid, message, from: .domain)
        }
        start(definition)
        return true
    }

    private func start(_ definition: DomainDefinition) {
        let id = host.domains.nextID()
        become(.running, DomainRunningReason.booted.rawValue) {
            ($0.id, $0.live, $0.hasManagedSave) = (id, definition, false)
        }
    }

    // MARK: Pause

    func suspend() throws(VirtError) {
        try require(snapshot.state == .running, "running")
        become(.paused, DomainPausedReason.user.rawValue)
    }

    func resume() throws(VirtError) {
        try require(snapshot.state == .paused, "paused")
        become(.running, DomainRunningReason.unpaused.rawValue)
    }

    /// Throws, in the words of the driver's older calls, unless the domain is in a state.
    private func require(_ isSo: Bool, _ state: String) throws(VirtError) {
        try requireThere()
        if isSo { return }
        throw VirtError(.internalError, "domain '\(snapshot.name)' not \(state)", from: .test)
    }

    // MARK: Reboot

    /// Whichever way is asked for: nothing of the guest need answer.
    func reboot(flags: DomainRebootFlags) throws(VirtError) {
        try flags.require(
            [.acpiPowerBtn, .guestAgent, .initctl, .signal, .paravirt], in: "testDomainReboot", from: .test)
        try requireActive()
        switch snapshot.definition.onReboot ?? .restart {
        case .destroy: stop(.shutdown)
        case .preserve: publish { ($0.state, $0.reason) = (.crashed, DomainCrashedReason.unknown.rawValue) }
        default: publish { ($0.state, $0.reason) = (.running, DomainRunningReason.booted.rawValue) }
        }
    }

    func reset(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testDomainReset", from: .test)
        try requireActive()
    }

    func injectNMI(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testDomainInjectNMI", from: .test)
        try requireActive()
    }

    // MARK: Stop

    func shutdown() throws(VirtError) { try shutdownFlags(flags: []) }

    func shutdownFlags(flags: DomainShutdownFlags) throws(VirtError) {
        try flags.require(in: "testDomainShutdownFlags", from: .test)
        try require(snapshot.isActive, "running")
        stop(.shutdown)
    }

    func destroy() throws(VirtError) { try destroyFlags(flags: []) }

    func destroyFlags(flags: DomainDestroyFlags) throws(VirtError) {
        try flags.require(.graceful, in: "testDomainDestroyFlags", from: .test)
        try requireActive()
        stop(.destroyed)
    }

    func managedSave(flags: DomainSaveRestoreFlags) throws(VirtError) {
        try flags.require([.bypassCache, .running, .paused], in: "testDomainManagedSave", from: .test)
        try requireActive()
        guard snapshot.isPersistent else {
            throw VirtError(.operationInvalid, "cannot do managed save for transient domain", from: .test)
        }
        stop(.saved) { $0.hasManagedSave = true }
    }

    func managedSaveRemove(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testDomainManagedSaveRemove", from: .test)
        publish { $0.hasManagedSave = false }
    }

    private func stop(_ reason: DomainShutoffReason, _ change: (inout TestDomainSnapshot) -> Void = { _ in })
    {
        become(.shutoff, reason.rawValue) {
            ($0.id, $0.live) = (-1, $0.isPersistent ? nil : $0.live)
            change(&$0)
        }
        leaveIfUnused()
    }
}
