import DriverKit
import Virt
import VirtDriver
import VirtXML

extension TestDomain {
    // MARK: Start

    func createWithFlags(flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try Self.driver.require(flags, in: "DomainCreateWithFlags")
        try await withJob(.modify, "start") { (domain: isolated TestDomain) async throws(VirtError) in
            let now = domain.snapshot
            if now.isActive {
                throw Self.driver.error(.internalError, "Domain '\(now.name)' is already running")
            }
            guard let definition = now.persistent else { throw VirtError(.noDomain, from: .test) }
            domain.start(definition)
        }
        return snapshot.reference
    }

    /// Starts a domain from a document that is to live only while it runs.
    func startTransient(_ definition: DomainDefinition) async throws(VirtError) {
        try await withJob(.modify, "create") { (domain: isolated TestDomain) async throws(VirtError) in
            try domain.requireName(definition.name)
            if domain.snapshot.isActive {
                let message = "domain '\(domain.snapshot.name)' is already active"
                throw VirtError(.operationInvalid, message, from: .domain)
            }
            domain.start(definition)
        }
    }

    private func start(_ definition: DomainDefinition) {
        let id = host.domains.nextID()
        become(.running, DomainRunningReason.booted.rawValue) {
            $0.start(definition, as: id)
            $0.hasManagedSave = false
        }
    }

    // MARK: Pause

    func suspend() async throws(VirtError) {
        try await withJob(.suspend, "suspend") { (domain: isolated TestDomain) async throws(VirtError) in
            try domain.require(domain.snapshot.state == .running, "running")
            domain.become(.paused, DomainPausedReason.user.rawValue)
        }
    }

    func resume() async throws(VirtError) {
        try await withJob(.modify, "resume") { (domain: isolated TestDomain) async throws(VirtError) in
            try domain.require(domain.snapshot.state == .paused, "paused")
            domain.become(.running, DomainRunningReason.unpaused.rawValue)
        }
    }

    /// Throws, in the words of the driver's older calls, unless the domain is in a state.
    private func require(_ isSo: Bool, _ state: String) throws(VirtError) {
        if isSo { return }
        throw Self.driver.error(.internalError, "domain '\(snapshot.name)' not \(state)")
    }

    // MARK: Reboot

    /// Whichever way is asked for: nothing of the guest need answer.
    func reboot(flags: DomainRebootFlags) async throws(VirtError) {
        try Self.driver.require(
            flags, [.acpiPowerBtn, .guestAgent, .initctl, .signal, .paravirt], in: "DomainReboot")
        try await withGuest("reboot") { (domain: isolated TestDomain) async throws(VirtError) in
            switch domain.snapshot.definition.onReboot ?? .restart {
            case .destroy: await domain.stop(.shutdown)
            case .preserve:
                domain.publish { ($0.state, $0.reason) = (.crashed, DomainCrashedReason.unknown.rawValue) }
            default:
                domain.publish { ($0.state, $0.reason) = (.running, DomainRunningReason.booted.rawValue) }
            }
        }
    }

    nonisolated func reset(flags: UInt32) async throws(VirtError) {
        try Self.driver.require(flags, in: "DomainReset")
        try existingActive()
    }

    nonisolated func injectNMI(flags: UInt32) async throws(VirtError) {
        try Self.driver.require(flags, in: "DomainInjectNMI")
        try existingActive()
    }

    // MARK: Stop

    func shutdownFlags(flags: DomainShutdownFlags) async throws(VirtError) {
        try Self.driver.require(flags, in: "DomainShutdownFlags")
        try await withJob(.modify, "shutdown") { (domain: isolated TestDomain) async throws(VirtError) in
            try domain.require(domain.snapshot.isActive, "running")
            await domain.stop(.shutdown)
        }
    }

    func destroyFlags(flags: DomainDestroyFlags) async throws(VirtError) {
        try Self.driver.require(flags, .graceful, in: "DomainDestroyFlags")
        try await withGuest("destroy") { (domain: isolated TestDomain) async throws(VirtError) in
            await domain.stop(.destroyed)
        }
    }

    func managedSave(flags: DomainSaveRestoreFlags) async throws(VirtError) {
        try flags.requireOneState()
        try Self.driver.require(flags, [.bypassCache, .running, .paused], in: "DomainManagedSave")
        try await withGuest("managed save") { (domain: isolated TestDomain) async throws(VirtError) in
            guard domain.snapshot.isPersistent else {
                throw Self.driver.error(
                    .operationInvalid, "cannot do managed save for transient domain")
            }
            await domain.stop(.saved) { $0.hasManagedSave = true }
        }
    }

    func managedSaveRemove(flags: UInt32) async throws(VirtError) {
        try Self.driver.require(flags, in: "DomainManagedSaveRemove")
        try await withJob(.modify, "managed save") { (domain: isolated TestDomain) async throws(VirtError) in
            domain.publish { $0.hasManagedSave = false }
        }
    }

    func stop(_ reason: DomainShutoffReason, _ change: (inout TestDomainSnapshot) -> Void = { _ in })
        async
    {
        become(.shutoff, reason.rawValue) {
            $0.forgetRun()
            change(&$0)
        }
        // A snapshot's domain is still at work where it ends for that.
        if reason != .fromSnapshot { await forgetIfEmpty() }
    }
}

extension TestDomainSnapshot {
    /// It runs now, as a document says.
    mutating func start(_ definition: DomainDefinition, as id: Int32) {
        (self.id, live) = (id, definition)
        live?.id = id
    }
}
