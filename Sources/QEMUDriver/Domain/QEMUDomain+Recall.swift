import DriverKit
import Glibc
import HostKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML
import XMLBinding

extension QEMUDomain {
    /// Reads the record of a run that couldn't be read when the daemon started. Throws where it still can't.
    func recall(_ run: Int32) async throws(VirtError) {
        guard guest(run)?.recordState == .hidden else { return }
        let (store, name) = (context.records, snapshot.name)
        do throws(SystemError) {
            let text = try await Blocking.run { () throws(SystemError) in try store.read(name) }
            if let record = LiveRecord(text: text), adopt(record, of: run) { return }
        } catch {
            if error.hidesRecord { throw VirtError(error, "the record of domain '\(name)' can't be read") }
        }
        if guest(run) != nil { guest?.recordState = .lost }
    }

    /// Notes what a guest was given of which no record tells: what of its document's files is the guests' user's.
    func presumeFiles(of run: Int32) async {
        guard guest(run)?.recordState == .lost else { return }
        let (files, wanted) = (context.files, snapshot.live?.usedFiles ?? [])
        let presumed = await Blocking.run { files.presumed(wanted) }
        guard guest(run)?.recordState == .lost else { return }
        files.note(presumed)
        guest?.held.ownerships = presumed
        guest?.recordState = .known
        saveRecordSoon()
    }

    /// What the record says of the same QEMU is so; all but the number, by which the run is known already. False where
    /// it is another's.
    private func adopt(_ record: LiveRecord, of run: Int32) -> Bool {
        guard let held = guest(run)?.held, held.process == nil || held.process == record.process else {
            return false
        }
        context.files.note(record.ownerships)
        for port in record.ports { context.ports.note(port) }
        guest?.held = record
        guest?.held.id = run
        guest?.recordState = .known
        guest?.life.recall(
            DomainState(rawValue: record.state), record.reason, startsPaused: record.startsPaused)
        var live = try? DomainDefinition(xml: record.xml, options: .secure)
        live?.recallVolumes(from: context.volumes)
        publish { now in
            now.run.process = record.process
            if let live { now.live = live }
            now.run.requestedCPU = record.cpu.flatMap { try? GuestCPU(xml: $0) }
        }
        return true
    }
}

extension SystemError {
    /// Whether a record that can't be read may be read later; otherwise it isn't one, or isn't there.
    var hidesRecord: Bool { ![ENOENT, ELOOP, EISDIR, ENOTDIR, EFBIG, ENXIO].contains(errno) }
}
