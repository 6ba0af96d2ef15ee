import DriverKit
import Glibc
import LinuxSystem
import Logging
import Virt
import VirtXML
import XMLBinding

extension QEMUContext {
    /// Loads every definition from its file.
    func loadDefinitions() async {
        let (store, autostart) = (definitions, autostart)
        let names = await Blocking.run { (try? store.names()) ?? [] }
        let started = Set(await Blocking.run { (try? autostart.names()) ?? [] })
        for name in names {
            let text = await Blocking.run { try? store.read(name) }
            guard let text else {
                log.error("the definition of '\(name)' can't be read: \(store.path(name))")
                continue
            }
            load(name, text, isAutostarted: started.contains(name))
        }
        log.info("\(registry.all.count) domains are defined")
    }

    private func load(_ name: String, _ text: String, isAutostarted: Bool) {
        do {
            let definition = try DomainDefinition(xml: text, options: [.inactive, .secure])
            guard definition.name == name, let uuid = definition.uuid else {
                return log.error(
                    "'\(definitions.path(name))' defines domain '\(definition.name)': it is passed over")
            }
            var snapshot = QEMUDomainSnapshot(name: name, uuid: uuid)
            (snapshot.persistent, snapshot.isAutostarted) = (definition, isAutostarted)
            let found = try registry.reserve(name: name, uuid: uuid) {
                QEMUDomain(context: self, snapshot: snapshot)
            }
            if !found.isNew {
                log.error("'\(definitions.path(name))' defines a domain a second time: it is passed over")
            }
        } catch {
            let reason = (error as? XMLError)?.located ?? "\(error)"
            log.error("'\(definitions.path(name))' can't be understood and is passed over: \(reason)")
        }
    }

    /// Finds the guests that a former daemon left running.
    func takeUpGuests() async {
        let store = records
        for name in await Blocking.run({ (try? store.names()) ?? [] }) {
            let text = await Blocking.run { try? store.read(name) }
            guard let record = text.flatMap({ LiveRecord(text: $0) }) else {
                log.error(
                    "the record of the running guest '\(name)' can't be understood: \(store.path(name))")
                continue
            }
            await takeUp(record)
        }
    }

    private func takeUp(_ record: LiveRecord) async {
        registry.noteID(record.id)
        for port in record.ports { ports.note(port) }
        let live = try? DomainDefinition(xml: record.xml, options: .secure)
        guard let live else {
            return log.error("the document of the running guest '\(record.name)' can't be understood")
        }
        let empty = QEMUDomainSnapshot(name: record.name, uuid: record.uuid)
        guard
            let found = try? registry.reserve(
                name: record.name, uuid: record.uuid, make: { QEMUDomain(context: self, snapshot: empty) })
        else {
            return log.error("the running guest '\(record.name)' has the name or identity of another domain")
        }
        await found.domain.takeUp(record, live)
    }
}
