import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The test host as one client sees it.
struct TestHypervisor: HypervisorService {
    let host: TestHost
    let address: ConnectionURI

    func domain(_ reference: DomainReference) throws(VirtError) -> any DomainOperations {
        try host.domains.domain(reference)
    }

    // MARK: Find

    func domainLookupByID(id: Int32) throws(VirtError) -> DomainReference {
        try found(host.domains.all.first { id >= 0 && $0.facts.reference.id == id })
    }

    func domainLookupByName(name: String) throws(VirtError) -> DomainReference {
        try found(host.domains[name])
    }

    func domainLookupByUUID(uuid: UUID) throws(VirtError) -> DomainReference { try found(host.domains[uuid]) }

    private func found(_ domain: TestDomain?) throws(VirtError) -> DomainReference {
        guard let domain else { throw VirtError(.noDomain, from: .test) }
        return domain.facts.reference
    }

    // MARK: List

    func listAllDomains(flags: ConnectListAllDomainsFlags) throws(VirtError) -> [DomainReference] {
        try flags.require(.all, in: "testConnectListAllDomains", from: .test)
        return host.domains.list(flags)
    }

    func listDomains() -> [Int32] { host.domains.activeIDs }
    func listDefinedDomains() -> [String] { host.domains.inactiveNames }
    func numOfDomains() -> Int32 { Int32(clamping: host.domains.activeIDs.count) }
    func numOfDefinedDomains() -> Int32 { Int32(clamping: host.domains.inactiveNames.count) }

    // MARK: Define and create

    func domainDefineXML(xml: String) async throws(VirtError) -> DomainReference {
        try await domainDefineXMLFlags(xml: xml, flags: [])
    }

    func domainDefineXMLFlags(xml: String, flags: DomainDefineFlags) async throws(VirtError)
        -> DomainReference
    {
        try flags.require(.validate, in: "testDomainDefineXMLFlags", from: .test)
        try await DocumentSchema.domain.check(xml, if: flags.contains(.validate))
        let definition = try host.definition(xml)
        while true {
            let (domain, isNew) = try reserve(definition, toStart: false)
            if await domain.define(definition, isNew: isNew) { return domain.facts.reference }
        }
    }

    func domainCreateXML(xml: String, flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try flags.require(.startValidate, in: "testDomainCreateXML", from: .test)
        try await DocumentSchema.domain.check(xml, if: flags.contains(.startValidate))
        let definition = try host.definition(xml)
        while true {
            let (domain, _) = try reserve(definition, toStart: true)
            if try await domain.startTransient(definition) { return domain.facts.reference }
        }
    }

    /// The domain that a definition is for: the one that is there, or a new one.
    private func reserve(
        _ definition: DomainDefinition, toStart: Bool
    ) throws(VirtError) -> (domain: TestDomain, isNew: Bool) {
        let uuid = definition.uuid ?? .random()
        return try host.domains.reserve(name: definition.name, uuid: uuid, toStart: toStart) {
            var snapshot = TestDomainSnapshot(name: definition.name, uuid: uuid)
            if toStart { snapshot.live = definition } else { snapshot.persistent = definition }
            return TestDomain(host: host, snapshot: snapshot)
        }
    }

    // MARK: Statistics

    func allDomainStats(
        doms: [DomainReference], stats: UInt32, flags: ConnectGetAllDomainStatsFlags
    ) throws(VirtError) -> [DomainStatsRecord] {
        try flags.require(.known, in: "testConnectGetAllDomainStats", from: .test)
        let unknown = stats & ~DomainStatsTypes.state.rawValue
        if flags.contains(.enforceStats), unknown != 0 {
            let bits = String(unknown, radix: 16)
            let message = "Stats types bits 0x\(bits) are not supported by this daemon"
            throw VirtError(.argumentUnsupported, message, from: .test)
        }
        let chosen = host.domains.domains(named: doms, ConnectListAllDomainsFlags(flags))
        return chosen.map(\.snapshot).filter { !$0.isGone }.map { now in
            DomainStatsRecord(
                domain: now.reference,
                parameters: [
                    TypedParameter("state.state", .int(now.state.rawValue)),
                    TypedParameter("state.reason", .int(now.reason)),
                ])
        }
    }
}
