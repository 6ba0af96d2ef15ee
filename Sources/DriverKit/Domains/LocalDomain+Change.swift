import Virt
import VirtXML

/// Changes of the persistent definition, of the running guest, or of both, as a call's flags say.
extension LocalDomain {
    /// Makes a change as the flags mean it: first it is seen what can't be, then the guest is changed, and then the
    /// definition is kept.
    ///
    /// - Parameters:
    ///   - job: what it does, for people.
    ///   - completing: whether the change leaves something open in the definition that is to be filled in.
    ///   - event: what is told of the domain once all is done.
    ///   - config: changes the persistent definition.
    ///   - carryOut: changes the running guest, whose document is given.
    public func change(
        _ job: String, _ flags: DomainModificationImpact, completing: Bool = false,
        telling event: @Sendable (DomainReference) -> Event? = { _ in nil },
        config: @Sendable (inout DomainDefinition) throws(VirtError) -> Void,
        live carryOut: @Sendable (isolated Self, DomainDefinition) async throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await withJob(.modify, job) { (domain: isolated Self) async throws(VirtError) in
            let now = domain.snapshot
            let impact = try flags.resolved(isActive: now.isActive, isPersistent: now.isPersistent)
            var (kept, given) = (impact.contains(.config) ? now.persistent : nil, DomainDefinition?.none)
            if var definition = kept {
                try config(&definition)
                given = definition
                if completing { try await domain.host.complete(&definition) }
                kept = definition
            }
            if impact.contains(.live), let live = now.live { try await carryOut(domain, live) }
            if let kept { try await domain.keep(kept, as: given ?? kept) }
            if let event = event(domain.snapshot.reference) { domain.host.events.publish(event) }
        }
    }

    /// Makes a change that is the same in both documents.
    ///
    /// - Parameters:
    ///   - change: changes a document; says whether it is that of the running guest.
    ///   - carryOut: has the guest follow, and gives what those who listen are told.
    public func changeBoth(
        _ job: String, _ flags: DomainModificationImpact,
        telling event: @Sendable (DomainReference) -> Event? = { _ in nil },
        change: @Sendable (inout DomainDefinition, _ isLive: Bool) throws(VirtError) -> Void,
        live carryOut: @Sendable (isolated Self) async throws(VirtError) -> [Event] = { _ in [] }
    ) async throws(VirtError) {
        try await self.change(job, flags, telling: event) { (definition) throws(VirtError) in
            try change(&definition, false)
        } live: { (domain, live) async throws(VirtError) in
            // Whether it can be is seen before the guest is asked.
            var definition = live
            try change(&definition, true)
            let events = try await carryOut(domain)
            if var live = domain.snapshot.live {
                try change(&live, true)
                domain.publish(events) { $0.live = live }
            }
            domain.saveRecordSoon()
        }
    }

    /// Puts another persistent definition in place of the former; whoever calls has the job.
    public func replaceDefinition(_ definition: DomainDefinition) async throws(VirtError) {
        try await keep(definition, as: definition)
    }

    /// Puts a changed persistent definition in place of the former.
    ///
    /// - Parameter given: how it was before what the change leaves open was filled in.
    public func keep(_ definition: DomainDefinition, as given: DomainDefinition) async throws(VirtError) {
        try await host.save(definition, as: .change(given), inPlaceOf: snapshot.persistent)
        publish { $0.persistent = definition }
    }
}
