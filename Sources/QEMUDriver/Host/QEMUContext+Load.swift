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
        await loadMoments()
        log.info("\(domains.all.count) domains are defined")
    }

    /// Reads the snapshots and checkpoints of all domains that have some.
    private func loadMoments() async {
        let stores = momentStores
        let names = await Blocking.run {
            Set((stores.snapshots.domains() + stores.checkpoints.domains()).map { ByteName($0) })
        }
        for name in names.sorted() {
            guard let domain = domains[name.text] else { continue }
            for problem in await domain.loadMoments() { log.error("\(problem): it is passed over") }
        }
    }

    /// Finishes or undoes what was being done with snapshots.
    func recoverPlans() async {
        let plans = plans
        for name in await Blocking.run({ (try? plans.names()) ?? [] }) {
            guard let domain = domains[name] else {
                log.error("'\(plans.path(name))' is about a domain that isn't there: it is left as it is")
                continue
            }
            await domain.recoverPlan()
        }
    }

    private func load(_ found: DefinitionStore<DomainDefinition>.Found, isSaved: Bool) {
        let definition = found.definition
        guard let uuid = definition.uuid else {
            return log.error("domain '\(found.name)' is defined without a UUID: it is passed over")
        }
        var snapshot = QEMUDomainSnapshot(name: definition.name, uuid: uuid)
        (snapshot.persistent, snapshot.isAutostarted) = (definition, found.isAutostarted)
        (snapshot.isAutostartedOnce, snapshot.hasManagedSave) = (found.isAutostartedOnce, isSaved)
        let place = try? domains.reserve(name: definition.name, uuid: uuid) { domain(snapshot) }
        if place?.isNew != true {
            let path = definitions.documents.path(found.name)
            log.error("'\(path)' defines a domain a second time: it is passed over")
        }
    }
}
