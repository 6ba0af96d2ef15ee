import LinuxSystem
import Virt
import VirtXML
import XMLBinding

/// What all domains of a local driver share: where they are found, kept and told of, and how a document of theirs is
/// filled in.
public protocol DomainHost: AnyObject, Sendable {
    associatedtype Domain: LocalDomain where Domain.Host == Self

    var domains: DomainRegistry<Domain> { get }
    var events: EventHub { get }
    /// Where definitions are kept; nil where they live as long as the process.
    var storage: DefinitionStore<DomainDefinition>? { get }
    /// The processors of the host that guests may run on.
    var processors: CPUSet { get }

    /// Makes a domain.
    func domain(_ snapshot: LocalDomainSnapshot<Domain.Run>) -> Domain

    /// Fills in all that a definition leaves open.
    func complete(_ definition: inout DomainDefinition) async throws(VirtError)

    // What a driver wants to know of definitions, once they are kept.

    /// A domain was defined, as `given`; `former` is what it was before.
    func noteDefined(
        _ definition: DomainDefinition, as given: String, inPlaceOf former: DomainDefinition?) async
    /// A definition was changed by a call to what is `given`, before all was filled in.
    func noteChanged(
        _ definition: DomainDefinition, as given: DomainDefinition, inPlaceOf former: DomainDefinition?) async
    func noteRenamed(from former: String, to name: String) async
    func noteUndefined(_ name: String) async
}

extension DomainHost {
    public func noteDefined(
        _ definition: DomainDefinition, as given: String, inPlaceOf former: DomainDefinition?
    ) async {}

    public func noteChanged(
        _ definition: DomainDefinition, as given: DomainDefinition, inPlaceOf former: DomainDefinition?
    ) async {}

    public func noteRenamed(from former: String, to name: String) async {}
    public func noteUndefined(_ name: String) async {}

    /// How many bytes a map of all processors has.
    var processorMapLength: Int { ((processors.members.last ?? 0) + 8) / 8 }

    /// Reads a document, and fills in all that it leaves open once it is adjusted.
    public func definition(
        _ xml: String, adjusting: (inout DomainDefinition) -> Void = { _ in }
    ) async throws(VirtError) -> DomainDefinition {
        var definition = try DomainDefinition(document: xml, [.inactive, .secure])
        adjusting(&definition)
        try DocumentStore.check(name: definition.name)
        try await complete(&definition)
        return definition
    }

    /// Has a domain start with the host, or no longer.
    func setAutostarted(_ name: String, _ isAutostarted: Bool) async throws(VirtError) {
        guard let storage else { return }
        try await Blocking.run { () throws(VirtError) in try storage.setAutostarted(name, isAutostarted) }
    }

    /// Keeps a definition.
    func save(_ definition: DomainDefinition) async throws(VirtError) {
        guard let storage else { return }
        try await Blocking.run { () throws(VirtError) in try storage.save(definition, as: definition.name) }
    }

    /// Removes a definition for good.
    func remove(_ name: String) async throws(VirtError) {
        guard let storage else { return }
        try await Blocking.run { () throws(VirtError) in try storage.remove(name) }
    }

    /// Keeps a definition under another name than before.
    func save(
        _ definition: DomainDefinition, inPlaceOf former: String, isAutostarted: Bool
    ) async throws(VirtError) {
        guard let storage else { return }
        try await Blocking.run { () throws(VirtError) in
            try storage.save(definition, as: definition.name, inPlaceOf: former, isAutostarted: isAutostarted)
        }
    }
}
