import DriverKit
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML
import XMLBinding

extension QEMUDomain {
    /// Writes the record of the running guest, when whoever writes it now is done.
    func saveRecordSoon() {
        if isSavingRecord { return }
        isSavingRecord = true
        Task { await saveRecord() }
    }

    /// A failure is told, since a daemon that starts anew would not find the guest as it is.
    private func saveRecord() async {
        isSavingRecord = false
        do throws(SystemError) {
            try await writeRecord()
        } catch {
            context.log.error("the record of '\(snapshot.name)' could not be written: \(error)")
        }
    }

    /// Writes the record of the running guest as it is now, and what is to be changed about it at the same time.
    func writeRecord(_ change: (inout LiveRecord) -> Void = { _ in }) async throws(SystemError) {
        guard let guest, self.guest(guest.id) != nil, guest.recordState != .hidden else { return }
        if let record = record(of: guest, change) { guest.file.set(record) }
        let file = guest.file
        try await Blocking.run { () throws(SystemError) in try file.write() }
    }

    /// The record of the running guest as it is now; nil where its document can't be written, and the former stays.
    private func record(of guest: RunningGuest, _ change: (inout LiveRecord) -> Void) -> LiveRecord? {
        guard let live = snapshot.live, let xml = try? live.xml(options: .secure) else { return nil }
        var record = guest.held
        (record.state, record.reason) = (guest.life.state.rawValue, guest.life.reason)
        record.xml = xml
        record.cpu = snapshot.run.requestedCPU.flatMap { try? $0.xml() }
        change(&record)
        return record
    }
}
