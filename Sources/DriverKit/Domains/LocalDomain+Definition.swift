import ByteText
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// What a domain is the next time that it starts: defined, undefined, renamed.
extension LocalDomain {
    /// Puts a new persistent definition in place of what there was, on disk first.
    ///
    /// - Parameter given: the document before anything was filled in.
    public func define(_ definition: DomainDefinition, as given: String) async throws(VirtError) {
        try await withJob(.modify, "define") { (domain: isolated Self) async throws(VirtError) in
            try domain.requireName(definition.name)
            let (host, former) = (domain.host, domain.snapshot.persistent)
            try await host.events.announcing(domain.defined) { () async throws(VirtError) in
                try await host.save(definition, as: .document(given), inPlaceOf: former)
            }
            // A guest that has ended meanwhile makes it another event.
            let told = domain.defined
            domain.publish([told]) { $0.persistent = definition }
        }
    }

    /// The event that it is defined now, or anew. One that was undefined while it runs has never gone.
    private var defined: Event {
        let now = snapshot
        let isKnown = now.isPersistent || (now.wasDefined && now.isActive)
        let detail: DomainEventDefinedDetailType = isKnown ? .updated : .added
        return lifecycle(.defined, detail.rawValue)
    }

    /// Refuses a definition with another name than the domain has: it may have been renamed while it was waited for.
    public func requireName(_ name: String) throws(VirtError) {
        if name.hasSameBytes(as: snapshot.name) { return }
        throw VirtError(
            .operationFailed, "domain '\(snapshot.name)' is already defined with uuid \(snapshot.uuid)",
            from: .domain)
    }

    public func undefine() async throws(VirtError) { try await undefineFlags(flags: []) }

    public func undefineFlags(flags: DomainUndefineFlags) async throws(VirtError) {
        try Self.driver.require(flags, Self.undefineFlags, in: "DomainUndefineFlags")
        try await withJob(.modify, "undefine") { (domain: isolated Self) async throws(VirtError) in
            try domain.requireUndefinable(flags)
            if domain.snapshot.hasManagedSave, !flags.contains(.managedSave) {
                throw Self.driver.error(
                    .operationInvalid, "Refusing to undefine while domain managed save image exists")
            }
            try await domain.prepareUndefine(flags)
            let (host, name, former) = (domain.host, domain.snapshot.name, domain.snapshot.persistent)
            let told = domain.lifecycle(.undefined, DomainEventUndefinedDetailType.removed.rawValue)
            try await host.events.announcing(told) { () async throws(VirtError) in
                try await host.withStorage { (store) throws(VirtError) in try store.remove(name) }
            }
            domain.publish([told]) { now in
                (now.persistent, now.hasManagedSave) = (nil, false)
                (now.isAutostarted, now.isAutostartedOnce) = (false, false)
                now.wasDefined = true
            }
            await domain.completeUndefine(of: former, flags)
            if !domain.snapshot.isActive { try await domain.removeMoments() }
            await domain.forgetIfEmpty()
        }
    }

    public func rename(newName: String?, flags: UInt32) async throws(VirtError) -> Int32 {
        guard let newName else { throw .null("new_name", in: "virDomainRename") }
        if newName.isEmpty {
            let message = "string new_name in virDomainRename must not be empty"
            throw .refused("virDomainRename", "new_name", message)
        }
        try Self.driver.require(flags, in: "DomainRename")
        try DocumentStore.check(name: newName, from: Self.driver.origin)
        try await withJob(.modify, "rename") { (domain: isolated Self) async throws(VirtError) in
            try await domain.rename(to: newName)
        }
        return 0
    }

    private func rename(to newName: String) async throws(VirtError) {
        let (host, now) = (host, snapshot)
        if now.isActive { throw Self.driver.error(.operationInvalid, "cannot rename active domain") }
        if now.hasManagedSave {
            throw Self.driver.error(
                .operationInvalid, "domain with a managed saved state can't be renamed")
        }
        guard var definition = now.persistent else { throw host.domains.missing(now.reference) }
        if now.name.hasSameBytes(as: newName) {
            throw VirtError(.operationInvalid, "Can't rename domain to itself", from: .domain)
        }
        definition.name = newName
        let undefined = lifecycle(.undefined, DomainEventUndefinedDetailType.renamed.rawValue)
        let defined = Event.domainLifecycle(
            DomainLifecycleEvent(
                domain: DomainReference(name: newName, uuid: now.uuid, id: now.id),
                event: DomainEventType.defined.rawValue,
                detail: DomainEventDefinedDetailType.renamed.rawValue))
        try host.domains.claim(newName, for: now.uuid)
        do throws(VirtError) {
            try await host.events.announcing(undefined, defined) { [definition] () async throws(VirtError) in
                try await host.withStorage { (store) throws(VirtError) in
                    try store.save(
                        definition, as: newName, inPlaceOf: now.name, isAutostarted: now.isAutostarted,
                        isAutostartedOnce: now.isAutostartedOnce)
                }
            }
        } catch {
            host.domains.release(newName, of: now.uuid)
            throw error
        }
        if let moments = host.moments {
            try? await Blocking.run { () throws(VirtError) in try moments.rename(now.name, to: newName) }
        }
        publish([undefined]) { ($0.name, $0.persistent) = (newName, definition) }
        // Only now may another domain have the old name: its files stood there still.
        host.domains.release(now.name, of: now.uuid)
        host.events.publish(defined)
    }

    public func setAutostart(autostart: Bool) async throws(VirtError) {
        try await changeAutostart(autostart, once: false)
    }

    /// Has it start with the host, or no longer.
    ///
    /// - Parameter once: whether this is about the next time alone, for a driver that has that.
    public func changeAutostart(_ isOn: Bool, once: Bool) async throws(VirtError) {
        let mark: any WritableKeyPath<LocalDomainSnapshot<Run>, Bool> & Sendable =
            once ? \.isAutostartedOnce : \.isAutostarted
        try await withJob(.modify, "autostart") { (domain: isolated Self) async throws(VirtError) in
            let now = domain.snapshot
            if !now.isPersistent, domain.host.storage != nil {
                throw Self.driver.error(.operationInvalid, "cannot set autostart for transient domain")
            }
            if now[keyPath: mark] == isOn { return }
            try await domain.host.withStorage { (store) throws(VirtError) in
                try store.setAutostarted(now.name, isOn, once: once)
            }
            domain.publish { $0[keyPath: mark] = isOn }
        }
    }

    public func setMetadata(
        type: Int32, metadata: String?, key: String?, uri: String?, flags: DomainModificationImpact
    ) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainSetMetadata")
        try await changeBoth("metadata", flags) {
            .domainMetadataChange(DomainMetadataChangeEvent(domain: $0, type: type, nsuri: uri))
        } change: { (definition, _) throws(VirtError) in
            try definition.setMetadata(ofType: type, to: metadata, key: key, uri: uri)
        }
    }
}
