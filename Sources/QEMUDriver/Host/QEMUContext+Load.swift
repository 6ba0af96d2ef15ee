import ByteText
import DriverKit
import Glibc
import LinuxSystem
import Logging
import Virt
import VirtXML
import XMLBinding

extension QEMUContext {
    /// Loads every definition from its file; several are read at once.
    func loadDefinitions() async throws(SystemError) {
        let (store, autostart) = (definitions, autostart)
        let names = try await persistently { () throws(SystemError) in try store.names() }
        let links = try await persistently { () throws(SystemError) in try autostart.names() }
        let started = Set(links.map { ByteName($0) })
        let share = max(64, names.count / 4 + 1)
        let slices = stride(from: 0, to: names.count, by: share).map {
            names[$0..<min($0 + share, names.count)]
        }
        let read = await withTaskGroup(of: (Int, [StoredDefinition]).self) { group in
            for (number, slice) in slices.enumerated() {
                group.addTask {
                    (number, await Blocking.run { slice.map { StoredDefinition(name: $0, in: store) } })
                }
            }
            return await group.reduce(into: [:]) { all, one in all[one.0] = one.1 }
        }
        for number in slices.indices {
            for stored in read[number] ?? [] {
                load(stored, isAutostarted: started.contains(ByteName(stored.name)))
            }
        }
        log.info("\(registry.all.count) domains are defined")
    }

    private func load(_ stored: StoredDefinition, isAutostarted: Bool) {
        let path = definitions.path(stored.name)
        switch stored.content {
        case .unreadable: log.error("the definition of '\(stored.name)' can't be read: \(path)")
        case .broken(let reason): log.error("'\(path)' can't be understood and is passed over: \(reason)")
        case .definition(let definition):
            guard definition.name.hasSameBytes(as: stored.name), let uuid = definition.uuid else {
                return log.error("'\(path)' defines domain '\(definition.name)': it is passed over")
            }
            var snapshot = QEMUDomainSnapshot(name: definition.name, uuid: uuid)
            (snapshot.persistent, snapshot.isAutostarted) = (definition, isAutostarted)
            let found = try? registry.reserve(name: definition.name, uuid: uuid) {
                QEMUDomain(context: self, snapshot: snapshot)
            }
            if found?.isNew != true {
                log.error("'\(path)' defines a domain a second time: it is passed over")
            }
        }
    }
}

/// What a definition's file holds.
private struct StoredDefinition {
    enum Content {
        case definition(DomainDefinition)
        case broken(String)
        case unreadable
    }

    let name: String
    let content: Content

    /// Reads a file; may wait for the disk.
    init(name: String, in store: DocumentStore) {
        self.name = name
        guard let text = try? store.read(name) else {
            content = .unreadable
            return
        }
        do throws(XMLError) {
            content = .definition(try DomainDefinition(xml: text, options: [.inactive, .secure]))
        } catch {
            content = .broken(error.located)
        }
    }
}
