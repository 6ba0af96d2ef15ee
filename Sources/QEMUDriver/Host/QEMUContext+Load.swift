import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Logging
import Virt
import VirtXML

extension QEMUContext {
    var storage: DefinitionStore<DomainDefinition>? { definitions }

    var processors: CPUSet { HostCPUs.online }

    func domain(_ snapshot: QEMUDomainSnapshot) -> QEMUDomain {
        QEMUDomain(context: self, snapshot: snapshot)
    }

    /// Loads every definition from its file.
    func loadDefinitions() async throws(VirtError) {
        let content = try await definitions.load()
        let saves = managedSaves
        let files = await Blocking.run { (try? FileSystem.names(in: saves)) ?? [] }
        let saved = Set(files.compactMap { $0.droppingByteSuffix(".save").map { ByteName(String($0)) } })
        for problem in content.problems { log.error("\(problem)") }
        for found in content.found { load(found, isSaved: saved.contains(ByteName(found.name))) }
        log.info("\(domains.all.count) domains are defined")
    }

    private func load(_ found: DefinitionStore<DomainDefinition>.Found, isSaved: Bool) {
        let definition = found.definition
        guard let uuid = definition.uuid else {
            return log.error("domain '\(found.name)' is defined without a UUID: it is passed over")
        }
        var snapshot = QEMUDomainSnapshot(name: definition.name, uuid: uuid)
        (snapshot.persistent, snapshot.isAutostarted) = (definition, found.isAutostarted)
        snapshot.hasManagedSave = isSaved
        let place = try? domains.reserve(name: definition.name, uuid: uuid) { domain(snapshot) }
        if place?.isNew != true {
            let path = definitions.documents.path(found.name)
            log.error("'\(path)' defines a domain a second time: it is passed over")
        }
    }
}
