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

    // What a driver wants to know of definitions, once they are kept; called where that may wait for the disk.

    /// A domain was defined, as `given`; `former` is what it was before.
    func noteDefined(
        _ definition: DomainDefinition, as given: String, inPlaceOf former: DomainDefinition?)
    /// A definition was changed by a call to what is `given`, before all was filled in.
    func noteChanged(
        _ definition: DomainDefinition, as given: DomainDefinition, inPlaceOf former: DomainDefinition?)
    func noteRenamed(from former: String, to name: String)
    func noteUndefined(_ name: String)
}

extension DomainHost {
    public func noteDefined(
        _ definition: DomainDefinition, as given: String, inPlaceOf former: DomainDefinition?
    ) {}

    public func noteChanged(
        _ definition: DomainDefinition, as given: DomainDefinition, inPlaceOf former: DomainDefinition?
    ) {}

    public func noteRenamed(from former: String, to name: String) {}
    public func noteUndefined(_ name: String) {}

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

    /// Does something with the definitions that are kept, where it may wait for the disk; nothing where none are.
    public func withStorage(
        _ body: @escaping @Sendable (DefinitionStore<DomainDefinition>) throws(VirtError) -> Void
    ) async throws(VirtError) {
        guard let storage else { return }
        try await Blocking.run { () throws(VirtError) in try body(storage) }
    }
}
