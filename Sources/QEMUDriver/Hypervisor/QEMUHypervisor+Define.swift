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
        try flags.require(.validate, in: "virDomainDefineXMLFlags", from: .qemu)
        try await DocumentSchema.domain.check(xml, if: flags.contains(.validate))
        let definition = try await complete(xml)
        let uuid = definition.uuid ?? .random()
        let empty = QEMUDomainSnapshot(name: definition.name, uuid: uuid)
        let found = try context.registry.reserve(name: definition.name, uuid: uuid) {
            QEMUDomain(context: context, snapshot: empty)
        }
        do throws(VirtError) {
            try await found.domain.define(definition, as: xml)
        } catch {
            if found.isNew { context.registry.remove(uuid, name: definition.name) }
            throw error
        }
        return found.domain.snapshot.reference
    }

    func domainCreateXML(xml: String, flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try await DocumentSchema.domain.check(xml, if: flags.contains(.startValidate))
        let definition = try await complete(xml)
        let uuid = definition.uuid ?? .random()
        let empty = QEMUDomainSnapshot(name: definition.name, uuid: uuid)
        let found = try context.registry.reserve(name: definition.name, uuid: uuid) {
            QEMUDomain(context: context, snapshot: empty)
        }
        try await found.domain.create(definition, isPaused: flags.contains(.startPaused), isNew: found.isNew)
        if !found.domain.snapshot.isPersistent {
            await context.note(xml, as: definition, inPlaceOf: nil)
        }
        if flags.contains(.startAutodestroy) { connection.own(uuid) }
        return found.domain.snapshot.reference
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
    /// Starts a definition that lives only while it runs.
    func create(_ definition: DomainDefinition, isPaused: Bool, isNew: Bool) async throws(VirtError) {
        do throws(VirtError) {
            try await withJob(.modify, "create") { (domain: isolated QEMUDomain) async throws(VirtError) in
                if domain.snapshot.isActive {
                    throw VirtError(
                        .operationInvalid, "domain '\(domain.snapshot.name)' is already active", from: .qemu)
                }
                try await domain.start(definition, isPaused: isPaused)
            }
        } catch {
            if isNew && !snapshot.isActive { context.registry.remove(snapshot.uuid, name: snapshot.name) }
            throw error
        }
    }
}
