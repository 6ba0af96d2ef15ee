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
    func loadDefinitions() async {
        let (store, autostart) = (definitions, autostart)
        let (names, started) = await Blocking.run {
            ((try? store.names()) ?? [], Set((try? autostart.names()) ?? []))
        }
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
                load(stored, isAutostarted: started.contains(stored.name))
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
            guard definition.name == stored.name, let uuid = definition.uuid else {
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

    /// Finds the guests that a former daemon left running, all at the same time. One that does not answer soon goes on
    /// being waited for while the daemon serves.
    func takeUpGuests() async {
        let (ends, feed) = AsyncStream.makeStream(of: Void.self)
        let work = Task {
            await takeUpAll()
            feed.finish()
        }
        let timer = Task {
            guard (try? await Task.sleep(for: Self.takeUpPatience)) != nil else { return }
            log.warning("guests that do not answer yet are waited for while others are served")
            feed.finish()
        }
        for await _ in ends {}
        timer.cancel()
        withExtendedLifetime(work) {}
    }

    private static let takeUpPatience = Duration.seconds(3)

    private func takeUpAll() async {
        let store = records
        let records = await Blocking.run {
            ((try? store.names()) ?? []).map { ($0, (try? store.read($0)).flatMap(LiveRecord.init(text:))) }
        }
        for (_, record) in records { files.note(record?.ownerships ?? []) }
        await Blocking.run { self.removeStrayFolders(records.map(\.1)) }
        await withTaskGroup(of: Void.self) { group in
            for (name, record) in records {
                guard let record else {
                    log.error(
                        "the record of the running guest '\(name)' can't be understood: \(store.path(name))")
                    continue
                }
                guard let (domain, live) = known(record) else { continue }
                group.addTask { await domain.takeUp(record, live) }
            }
        }
    }

    /// Removes the folders of starts in which a daemon was killed before anything ran. Where a record can't be read,
    /// nobody knows whose they are, and all stay.
    private func removeStrayFolders(_ records: [LiveRecord?]) {
        let known = Set(records.compactMap { $0.map { FileSystem.lastPart(of: $0.folder) } })
        guard known.count == records.count else { return }
        for name in (try? FileSystem.names(in: configuration.library)) ?? []
        where name.hasBytePrefix("domain-") {
            if !known.contains(name) { removeFolders(of: "\(configuration.library)/\(name)") }
        }
    }

    /// The domain of a running guest, which is known from here on.
    private func known(_ record: LiveRecord) -> (QEMUDomain, DomainDefinition)? {
        registry.noteID(record.id)
        for port in record.ports { ports.note(port) }
        let live = try? DomainDefinition(xml: record.xml, options: .secure)
        guard let live else {
            log.error("the document of the running guest '\(record.name)' can't be understood")
            return nil
        }
        let empty = QEMUDomainSnapshot(name: record.name, uuid: record.uuid)
        guard
            let found = try? registry.reserve(
                name: record.name, uuid: record.uuid, make: { QEMUDomain(context: self, snapshot: empty) })
        else {
            log.error("the running guest '\(record.name)' has the name or identity of another domain")
            return nil
        }
        return (found.domain, live)
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
