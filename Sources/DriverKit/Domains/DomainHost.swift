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
    /// Where snapshots and checkpoints are kept; nil where they live as long as the process.
    var moments: MomentStores? { get }
    /// The processors of the host that guests may run on.
    var processors: CPUSet { get }

    /// Makes a domain.
    func domain(_ snapshot: LocalDomainSnapshot<Domain.Run>) -> Domain

    /// Fills in all that a definition leaves open.
    func complete(_ definition: inout DomainDefinition) async throws(VirtError)

    /// What is kept beside a definition of how it was given; nil where that is nobody's business. Called where it may take
    /// its time.
    ///
    /// - Parameters:
    ///   - given: the document or definition before anything was filled in.
    ///   - former: the file of what was defined before.
    func origin(of given: GivenDefinition, inPlaceOf former: DefinitionFile?) -> String?
}

/// How a definition came.
public enum GivenDefinition: Sendable {
    /// As a client's document.
    case document(String)
    /// By a call that has changed it to this.
    case change(DomainDefinition)
}

extension DomainHost {
    public var moments: MomentStores? { nil }

    public func origin(of given: GivenDefinition, inPlaceOf former: DefinitionFile?) -> String? { nil }

    /// Keeps a definition, and how it was given.
    func save(
        _ definition: DomainDefinition, as given: GivenDefinition, inPlaceOf former: DomainDefinition?
    ) async throws(VirtError) {
        try await withStorage { (store) throws(VirtError) in
            let former = former == nil ? nil : store.file(definition.name)
            try store.save(
                definition, as: definition.name, given: self.origin(of: given, inPlaceOf: former))
        }
    }

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
    func withStorage(
        _ body: @escaping @Sendable (DefinitionStore<DomainDefinition>) throws(VirtError) -> Void
    ) async throws(VirtError) {
        guard let storage else { return }
        try await Blocking.run { () throws(VirtError) in try body(storage) }
    }
}
