import Virt
import VirtDriver
import VirtXML

/// A local driver's domains as one client sees them: found, listed, defined.
public protocol DomainHypervisor: HypervisorService {
    associatedtype Host: DomainHost
    var host: Host { get }
}

extension DomainHypervisor {
    public typealias Domain = Host.Domain

    public func domain(_ reference: DomainReference) throws(VirtError) -> any DomainOperations {
        try host.domains.domain(reference)
    }

    public func domainSnapshot(
        _ reference: DomainSnapshotReference
    ) throws(VirtError) -> any DomainSnapshotOperations {
        LocalSnapshot(domain: try host.domains.domain(reference.domain), name: reference.name)
    }

    public func domainCheckpoint(
        _ reference: DomainCheckpointReference
    ) throws(VirtError) -> any DomainCheckpointOperations {
        LocalCheckpoint(domain: try host.domains.domain(reference.domain), name: reference.name)
    }

    // MARK: Lists and lookup

    public func listAllDomains(flags: ConnectListAllDomainsFlags) async throws(VirtError) -> [DomainReference]
    {
        try Domain.driver.require(flags, .all, in: "ConnectListAllDomains")
        return host.domains.list(flags)
    }

    public func listDomains() async throws(VirtError) -> [Int32] { host.domains.activeIDs }

    public func listDefinedDomains() async throws(VirtError) -> [String] { host.domains.inactiveNames }

    public func numOfDomains() async throws(VirtError) -> Int32 {
        Int32(clamping: host.domains.list(.active).count)
    }

    public func numOfDefinedDomains() async throws(VirtError) -> Int32 {
        Int32(clamping: host.domains.list(.inactive).count)
    }

    public func domainLookupByID(id: Int32) async throws(VirtError) -> DomainReference {
        try host.domains.domain(id: id).facts.reference
    }

    public func domainLookupByName(name: String) async throws(VirtError) -> DomainReference {
        try host.domains.domain(named: name).facts.reference
    }

    public func domainLookupByUUID(uuid: UUID) async throws(VirtError) -> DomainReference {
        try host.domains.domain(uuid: uuid).facts.reference
    }

    // MARK: Define

    public func domainDefineXML(xml: String) async throws(VirtError) -> DomainReference {
        try await domainDefineXMLFlags(xml: xml, flags: [])
    }

    public func domainDefineXMLFlags(
        xml: String, flags: DomainDefineFlags
    ) async throws(VirtError) -> DomainReference {
        try Domain.driver.require(flags, .validate, in: "DomainDefineXMLFlags")
        try await DocumentSchema.domain.check(xml, if: flags.contains(.validate))
        let definition = try await host.definition(xml)
        return try await withDomain(of: definition) { (domain) async throws(VirtError) in
            try await domain.define(definition, as: xml)
        }
    }

    /// Does something with the domain that a definition means, or with a new one, of which nothing stays where that
    /// fails. One that is forgotten while it is waited for is looked for again.
    public func withDomain(
        of definition: DomainDefinition, _ body: (Domain) async throws(VirtError) -> Void
    ) async throws(VirtError) -> DomainReference {
        let (name, uuid) = (definition.name, definition.uuid ?? .random())
        while true {
            let domain = try await reserve(name, uuid)
            do throws(VirtError) {
                try await body(domain)
                return domain.facts.reference
            } catch {
                if await domain.isForgotten, error.code == .noDomain { continue }
                await domain.forgetSoon()
                throw error
            }
        }
    }

    /// The domain with a name and an identity, or a place for it. Where another one is about to be there, or about to go,
    /// it is waited for, since only then it's known whether it is in the way.
    private func reserve(_ name: String, _ uuid: UUID) async throws(VirtError) -> Domain {
        func attempt() throws(VirtError) -> Domain {
            try host.domains.reserve(name: name, uuid: uuid) {
                host.domain(LocalDomainSnapshot(name: name, uuid: uuid))
            }.domain
        }
        do throws(VirtError) {
            return try attempt()
        } catch {
            guard let other = host.domains.unsettled(name: name, uuid: uuid) else { throw error }
            await other.forgetSoon()
            return try attempt()
        }
    }

    // MARK: Statistics

    public func allDomainStats(
        doms: [DomainReference], stats: UInt32, flags: ConnectGetAllDomainStatsFlags
    ) async throws(VirtError) -> [DomainStatsRecord] {
        try Domain.driver.require(flags, .known, in: "ConnectGetAllDomainStats")
        let unknown = DomainStatsTypes(rawValue: stats).subtracting(Domain.statisticsKinds)
        if flags.contains(.enforceStats), !unknown.isEmpty {
            let bits = String(unknown.rawValue, radix: 16)
            throw Domain.driver.error(
                .argumentUnsupported, "Stats types bits 0x\(bits) are not supported by this daemon")
        }
        // All kinds where none are asked for.
        let wanted = stats == 0 ? Domain.statisticsKinds : DomainStatsTypes(rawValue: stats)
        let kinds = wanted.intersection(Domain.statisticsKinds)
        let domains = host.domains.domains(named: doms, .init(flags))
        // All are asked at once: one whose guest hangs keeps nobody else waiting.
        let records = await withTaskGroup(of: (Int, DomainStatsRecord?).self) { group in
            for (place, domain) in domains.enumerated() {
                group.addTask { (place, await domain.statistics(kinds, flags)) }
            }
            return await group.reduce(into: [Int: DomainStatsRecord]()) { $0[$1.0] = $1.1 }
        }
        return domains.indices.compactMap { records[$0] }
    }
}

extension LocalDomain {
    /// All that is counted of a domain; nil where it may have ended since it was chosen, and be none any more.
    fileprivate nonisolated func statistics(
        _ kinds: DomainStatsTypes, _ flags: ConnectGetAllDomainStatsFlags
    ) async -> DomainStatsRecord? {
        guard let now = try? existing() else { return nil }
        let more = await statistics(
            of: now, kinds, withBacking: flags.contains(.backing), asking: !flags.contains(.nowait))
        return DomainStatsRecord(
            domain: now.reference, parameters: (kinds.contains(.state) ? now.stateStatistics : []) + more)
    }
}

extension LocalDomainSnapshot {
    fileprivate var stateStatistics: [TypedParameter] {
        [
            TypedParameter("state.state", .int(state.rawValue)),
            TypedParameter("state.reason", .int(reason)),
        ]
    }
}
