import JSON
import QEMUModel
import Testing
import Virt
import VirtXML
import XMLBinding

@Suite("Backups of running guests")
struct GuestBackupTests {
    private func backup(_ xml: String) throws -> GuestBackup {
        var backup = GuestBackup(try BackupDefinition(xml: xml, options: []), start: 5)
        var disk = GuestBackup.Disk(
            target: "vda", node: "libvirt-1-format", copy: "libvirt-4-format", image: 4, size: 1024)
        disk.bitmap = "backup-vda"
        backup.disks = [disk]
        return backup
    }

    private var pull: String {
        """
        <domainbackup mode='pull'><server transport='tcp' name='host' port='10809' tls='yes'/>\
        <disks><disk name='vda' exportname='first'/></disks></domainbackup>
        """
    }

    @Test("a record tells all of a backup")
    func record() throws {
        var backup = try backup(pull)
        (backup.phase, backup.checkpoint, backup.isAborted) = (.ending, "cp", true)
        backup.checkpointBitmaps = [BitmapPlace(node: "libvirt-1-format", name: "cp")]
        backup.disks[0].madeFile = "/scratch"
        (backup.disks[0].outcome, backup.disks[0].error) = (.failed, "No space left on device")
        (backup.disks[0].processed, backup.disks[0].total) = (512, 1024)
        let read = try #require(GuestBackup(backup.json))
        #expect(read.json == backup.json)
        #expect(read.disks == backup.disks)
        #expect(GuestBackup(["xml": "<other/>", "start": 1, "phase": "running"]) == nil)
        #expect(GuestBackup(.null) == nil)
    }

    @Test("what a client fetches is served, copied aside and exported with its bitmap")
    func pulled() throws {
        let backup = try backup(pull)
        let serving = try #require(backup.serving(tls: "creds"))
        #expect(
            JSONValue.object(serving.arguments) == [
                "addr": ["type": "inet", "data": ["host": "host", "port": "10809"]], "tls-creds": "creds",
            ])
        let sources = ["vda": [BitmapPlace(node: "libvirt-1-format", name: "cp")]]
        let actions = backup.beginning(from: sources).arguments["actions"]?.array ?? []
        #expect(
            actions.map { $0["type"]?.string } == [
                "block-dirty-bitmap-add", "block-dirty-bitmap-merge", "blockdev-backup",
            ])
        #expect(
            actions.allSatisfy { $0["data"]?["node"]?.string ?? "libvirt-4-format" == "libvirt-4-format" })
        #expect(actions.last?["data"]?["sync"] == "none")
        let export = try #require(backup.exporting.first)
        #expect(export.arguments["name"] == "first")
        #expect(export.arguments["bitmaps"] == ["backup-vda"])
        let shown: JSONValue = [["id": "libvirt-nbd-libvirt-4-format"], ["id": "other"]]
        #expect(backup.unexporting(shown).map(\.arguments["id"]) == ["libvirt-nbd-libvirt-4-format"])
        #expect(backup.unexporting([]).isEmpty)
        #expect(backup.copiedBitmaps.isEmpty)
    }

    @Test("what QEMU writes itself needs no server, and its bitmap goes")
    func pushed() throws {
        var backup = try backup("<domainbackup><disks><disk name='vda'/></disks></domainbackup>")
        #expect(backup.serving(tls: nil) == nil)
        #expect(backup.exporting.isEmpty)
        backup.checkpointBitmaps = [BitmapPlace(node: "libvirt-1-format", name: "cp")]
        let actions = backup.beginning(from: [:]).arguments["actions"]?.array ?? []
        #expect(actions.first?["data"]?["disabled"] == true)
        #expect(actions[2]["data"]?["sync"] == "incremental")
        #expect(actions[2]["data"]?["auto-dismiss"] == false)
        #expect(actions.last?["data"]?["persistent"] == true)
        #expect(backup.copiedBitmaps == [BitmapPlace(node: "libvirt-1-format", name: "backup-vda")])
        backup.disks[0].bitmap = nil
        let whole = backup.beginning(from: [:]).arguments["actions"]?.array ?? []
        #expect(whole.first?["data"]?["sync"] == "full")
    }

    @Test("what is done counts disks that are over, too")
    func progress() throws {
        var backup = try backup("<domainbackup/>")
        var other = GuestBackup.Disk(target: "vdb", node: "n", copy: "c", image: 5)
        (other.outcome, other.processed, other.total) = (.completed, 10, 10)
        backup.disks.append(other)
        let jobs: JSONValue = [["device": "backup-vda-libvirt-1-format", "offset": 4, "len": 20]]
        let progress = BackupProgress(backup, jobs)
        #expect((progress.processed, progress.total, progress.remaining) == (14, 30, 16))
        #expect(
            progress.parameters(isPull: false).map(\.field) == [
                "disk_total", "disk_processed", "disk_remaining",
            ])
        #expect(progress.parameters(isPull: true).map(\.field) == ["disk_temp_used", "disk_temp_total"])
        backup.disks = []
        #expect(BackupProgress(backup).parameters(isPull: true).isEmpty)
    }
}
