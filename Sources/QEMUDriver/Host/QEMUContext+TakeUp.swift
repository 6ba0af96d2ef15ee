import ByteText
import DriverKit
import Glibc
import HostKit
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML
import XMLBinding

extension QEMUContext {
    /// Finds the guests that a former daemon left running, all at the same time. One that does not answer soon goes on
    /// being waited for while the daemon serves.
    func takeUpGuests() async throws(SystemError) {
        let guests = try await formerGuests()
        let (ends, feed) = AsyncStream.makeStream(of: Void.self)
        let work = Task {
            await withTaskGroup(of: Void.self) { group in
                for guest in guests {
                    group.addTask {
                        await guest.domain.takeUp(
                            guest.record, guest.live, trouble: guest.trouble, guest.recordState)
                    }
                }
            }
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

    /// The guests that there were: those on record, and those whose record is lost but whose QEMU runs.
    private func formerGuests() async throws(SystemError) -> [FormerGuest] {
        let (store, configuration) = (records, configuration)
        let names = try await Blocking.runPersistently { () throws(SystemError) in try store.names() }
        var records: [ByteName: LiveRecord] = [:]
        var hidden: Set<ByteName> = []
        for name in names {
            do throws(SystemError) {
                let text = try await Blocking.runPersistently { () throws(SystemError) in try store.read(name)
                }
                records[ByteName(name)] = LiveRecord(text: text)
            } catch {
                if error.hidesRecord { hidden.insert(ByteName(name)) }
            }
        }
        for record in records.values { files.note(record.ownerships) }
        let known = records
        let found = try? await Blocking.runPersistently { () throws(SystemError) in
            try FoundQEMU.all(of: configuration)
        }
        if let found {
            await Blocking.run { self.removeStrayFolders(names, known, found.own + found.strange) }
        }
        let onRecord = Set(records.values.compactMap(\.process))
        var guests = records.values.compactMap { former($0) }
        for qemu in found?.own ?? [] where !onRecord.contains(qemu.process) {
            if let guest = former(qemu, isHidden: hidden.contains(ByteName(qemu.name))) {
                guests.append(guest)
            }
        }
        let taken = Set(guests.map { ByteName($0.record.name) })
        for name in names.map({ ByteName($0) }) where records[name] == nil && !taken.contains(name) {
            let isHidden = hidden.contains(name)
            let perhaps = found?.strange.first { $0.name.hasSameBytes(as: name.text) }
            let isEnded = found != nil && perhaps == nil
            if let guest = former(unreadable: name.text, isHidden, isEnded: isEnded, perhaps) {
                guests.append(guest)
            }
        }
        return guests
    }

    /// A guest on record, whose domain is known from here on.
    private func former(_ record: LiveRecord) -> FormerGuest? {
        var live = try? DomainDefinition(xml: record.xml, options: .secure)
        live?.recallVolumes(from: volumes)
        if live == nil { log.error("the document of the running guest '\(record.name)' can't be understood") }
        return former(record, live, trouble: nil)
    }

    /// A guest without a record that can be read: what is known of it are its arguments and its definition.
    private func former(_ qemu: FoundQEMU, isHidden: Bool) -> FormerGuest? {
        log.error(
            """
            QEMU of domain '\(qemu.name)' (process \(qemu.process.id)) runs without a record that can be read: it is \
            taken up as its definition says
            """)
        let record = LiveRecord(
            name: qemu.name, uuid: qemu.uuid, id: qemu.id ?? domains.nextID(), process: qemu.process,
            folder: qemu.folder, state: DomainState.running.rawValue,
            reason: DomainRunningReason.unknown.rawValue, ownerships: [], ports: [], xml: "")
        return former(record, nil, trouble: nil, isHidden ? .hidden : .lost)
    }

    /// A domain whose record can't be read and whose QEMU hasn't been found. Where all processes were seen, and none may be
    /// it, it has ended.
    private func former(
        unreadable name: String, _ isHidden: Bool, isEnded: Bool, _ perhaps: FoundQEMU?
    ) -> FormerGuest? {
        let path = records.path(name)
        if isEnded {
            log.error("\(path) can't be read, but no QEMU of '\(name)' runs: the record is removed")
            try? records.remove(name)
            return nil
        }
        guard let domain = domains[name] else {
            log.error("\(path) can't be read, and no domain is called '\(name)'")
            return nil
        }
        let record = LiveRecord(
            name: name, uuid: domain.snapshot.uuid, id: perhaps?.id ?? domains.nextID(), process: nil,
            folder: "",
            state: 0, reason: 0, ownerships: [], ports: [], xml: "")
        return former(record, nil, trouble: "its record \(path) can't be read", isHidden ? .hidden : .lost)
    }

    private func former(
        _ record: LiveRecord, _ live: DomainDefinition?, trouble: String?,
        _ state: RunningGuest.RecordState = .known
    ) -> FormerGuest? {
        domains.noteID(record.id)
        for port in record.ports { ports.note(port) }
        let empty = QEMUDomainSnapshot(name: record.name, uuid: record.uuid)
        let found = try? domains.reserve(name: record.name, uuid: record.uuid) {
            self.domain(empty)
        }
        guard let domain = found?.domain else {
            log.error(
                """
                the running guest '\(record.name)' (\(record.process.map { "process \($0.id)" } ?? "no process")) has \
                the name or identity of another domain: rename that one and start the daemon again
                """)
            return nil
        }
        return FormerGuest(
            domain: domain, record: record,
            live: live ?? domain.snapshot.persistent ?? unknown(record), trouble: trouble,
            recordState: state)
    }

    /// What is known of a guest of which there is no document.
    private func unknown(_ record: LiveRecord) -> DomainDefinition {
        var definition = DomainDefinition()
        (definition.name, definition.uuid) = (record.name, record.uuid)
        return definition
    }

    /// Removes the folders and notes of starts in which a daemon was killed before anything ran. Where a record can't be read,
    /// nobody knows whose they are, and all stay.
    private func removeStrayFolders(
        _ names: [String], _ records: [ByteName: LiveRecord], _ found: [FoundQEMU]
    ) {
        guard records.count == names.count else { return }
        let known = Set((records.values.map(\.folder) + found.map(\.folder)).map(FileSystem.lastPart(of:)))
        for name in (try? FileSystem.names(in: configuration.library)) ?? []
        where name.hasBytePrefix("domain-") {
            if !known.contains(name) { removeFolders(of: "\(configuration.library)/\(name)") }
        }
        let running = Set(Array(records.keys) + found.map { ByteName($0.name) })
        for name in (try? starts.names()) ?? [] where !running.contains(ByteName(name)) {
            try? starts.remove(name)
        }
    }
}

/// A guest that a former daemon has started, and the domain that it is of.
private struct FormerGuest: Sendable {
    let domain: QEMUDomain
    let record: LiveRecord
    let live: DomainDefinition
    /// Why nothing is known of it, where that is so.
    let trouble: String?
    let recordState: RunningGuest.RecordState
}
