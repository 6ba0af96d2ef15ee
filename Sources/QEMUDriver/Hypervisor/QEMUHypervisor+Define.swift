import DriverKit
import Virt
import VirtDriver
import VirtXML

extension QEMUHypervisor {
    func domainCreateXML(xml: String, flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try flags.require(
            [.startPaused, .startAutodestroy, .startValidate, .startResetNvram], in: "qemuDomainCreateXML",
            from: .qemu)
        try await DocumentSchema.domain.check(xml, if: flags.contains(.startValidate))
        let definition = try await host.definition(xml)
        return try await withDomain(of: definition) { (domain) async throws(VirtError) in
            let run = try await domain.create(definition, as: xml, flags)
            if flags.contains(.startAutodestroy) { await connection.own(domain, run: run) }
        }
    }
}

extension QEMUDomain {
    /// Starts a definition that lives only while it runs; the run.
    func create(
        _ definition: DomainDefinition, as given: String, _ flags: DomainCreateFlags
    ) async throws(VirtError) -> Int32 {
        try await withJob(.modify, "create") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireName(definition.name)
            try await domain.requireStartable("domain '\(domain.snapshot.name)' is already active")
            let run = try await domain.start(definition, flags)
            if !domain.snapshot.isPersistent {
                await domain.context.noteTransient(definition.name, as: given)
            }
            return run
        }
    }
}
