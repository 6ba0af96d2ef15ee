import DriverKit
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension QEMUHypervisor {
    func domainDefineXML(xml: String) async throws(VirtError) -> DomainReference {
        try await domainDefineXMLFlags(xml: xml, flags: [])
    }

    func domainDefineXMLFlags(xml: String, flags: DomainDefineFlags) async throws(VirtError)
        -> DomainReference
    {
        try flags.require(.validate, in: "qemuDomainDefineXMLFlags", from: .qemu)
        try await DocumentSchema.domain.check(xml, if: flags.contains(.validate))
        let definition = try await complete(xml)
        return try await withDomain(of: definition) { (domain) async throws(VirtError) in
            try await domain.define(definition, as: xml)
        }
    }

    func domainCreateXML(xml: String, flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try flags.require(
            [.startPaused, .startAutodestroy, .startValidate, .startResetNvram], in: "qemuDomainCreateXML",
            from: .qemu)
        try await DocumentSchema.domain.check(xml, if: flags.contains(.startValidate))
        let definition = try await complete(xml)
        return try await withDomain(of: definition) { (domain) async throws(VirtError) in
            let run = try await domain.create(definition, as: xml, flags)
            if flags.contains(.startAutodestroy) { await connection.own(domain, run: run) }
        }
    }

    /// Does something with the domain that a definition means, or with a new one, of which nothing stays where that
    /// fails. One that is forgotten while it is waited for is looked for again.
    private func withDomain(
        of definition: DomainDefinition,
        _ body: (QEMUDomain) async throws(VirtError) -> Void
    ) async throws(VirtError) -> DomainReference {
        let (name, uuid) = (definition.name, definition.uuid ?? .random())
        while true {
            let domain = try await reserve(name, uuid)
            do throws(VirtError) {
                try await body(domain)
                return domain.snapshot.reference
            } catch {
                if await domain.isForgotten, error.code == .noDomain { continue }
                await domain.forgetSoon()
                throw error
            }
        }
    }

    /// The domain with a name and an identity, or a place for it. Where another one is about to be there, or about to go,
    /// it is waited for, since only then it's known whether it is in the way.
    private func reserve(_ name: String, _ uuid: UUID) async throws(VirtError) -> QEMUDomain {
        func attempt() throws(VirtError) -> QEMUDomain {
            try context.registry.reserve(name: name, uuid: uuid) {
                QEMUDomain(context: context, snapshot: QEMUDomainSnapshot(name: name, uuid: uuid))
            }.domain
        }
        do throws(VirtError) {
            return try attempt()
        } catch {
            guard let other = context.registry.unsettled(name: name, uuid: uuid) else { throw error }
            await other.forgetSoon()
            return try attempt()
        }
    }

    /// Reads a definition, and fills in all that it leaves open once it is adjusted.
    func complete(
        _ xml: String, adjusting: (inout DomainDefinition) -> Void = { _ in }
    ) async throws(VirtError) -> DomainDefinition {
        var definition: DomainDefinition
        do throws(XMLError) {
            definition = try DomainDefinition(xml: xml, options: [.inactive, .secure])
        } catch {
            throw VirtError(document: error)
        }
        adjusting(&definition)
        try DocumentStore.check(name: definition.name)
        definition.identify(as: .random())
        try await context.complete(&definition)
        return definition
    }
}

extension QEMUDomain {
    /// Refuses a definition with another name than the domain has: it may have been renamed while it was waited for.
    func requireName(_ name: String) throws(VirtError) {
        if name.utf8.elementsEqual(snapshot.name.utf8) { return }
        throw VirtError(
            .operationFailed, "domain '\(snapshot.name)' is already defined with uuid \(snapshot.uuid)",
            from: .qemu)
    }

    /// Starts a definition that lives only while it runs; the run.
    func create(
        _ definition: DomainDefinition, as given: String, _ flags: DomainCreateFlags
    ) async throws(VirtError) -> Int32 {
        try await withJob(.modify, "create") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireName(definition.name)
            try await domain.requireStartable("domain '\(domain.snapshot.name)' is already active")
            let run = try await domain.start(definition, flags)
            if !domain.snapshot.isPersistent {
                await domain.context.note(given, as: definition, inPlaceOf: nil)
            }
            return run
        }
    }
}
