import JSON
import Testing
import VirtXML

@testable import QEMUModel

/// What a job makes of a disk once it is over: of a chain of three images, numbered 3 to 5 from the top.
@Suite struct BlockJobTests {
    private func disk() -> DiskDevice {
        func store(_ path: String, _ index: UInt32, _ below: BackingStore) -> BackingStore {
            var store = BackingStore()
            (store.source, store.format, store.index) = (StorageSource(file: path), .qcow2, index)
            store.backingStore = below
            store.isDetected = true
            return store
        }
        var disk = DiskDevice()
        disk.target.dev = "vda"
        disk.source = StorageSource(file: "/top")
        disk.source.index = 3
        disk.driver.format = .qcow2
        disk.backingStore = store("/mid", 4, store("/base", 5, BackingStore()))
        return disk
    }

    private func job(_ kind: BlockJob.Kind, _ top: UInt32, _ base: UInt32?) -> BlockJob {
        BlockJob(kind, of: disk(), node: "libvirt-\(top)-format", top: top, base: base)
    }

    private func outcome(
        _ job: BlockJob, isDone: Bool, of disk: DiskDevice? = nil
    ) -> (kept: [UInt32], gone: [UInt32], disk: DiskDevice) {
        let (after, gone) = (disk ?? self.disk()).after(job, isDone: isDone)
        return (after.chain.map(\.index), gone.map(\.index), after)
    }

    @Test("a pull takes what lies between")
    func pull() {
        #expect(outcome(job(.pull, 3, nil), isDone: true).kept == [3])
        let (kept, gone, disk) = outcome(job(.pull, 3, 5), isDone: true)
        #expect(kept == [3, 5])
        #expect(gone == [4])
        #expect(disk.backingStore?.isDetected == true)
        #expect(outcome(job(.pull, 3, 5), isDone: false).kept == [3, 4, 5])
    }

    @Test("a commit leaves what it was committed into")
    func commit() {
        let (kept, gone, _) = outcome(job(.commit, 4, 5), isDone: true)
        #expect(kept == [3, 5])
        #expect(gone == [4])
    }

    @Test("a disk that has changed over is the image that took what was above")
    func activeCommit() {
        var running = disk()
        running.mirror = DiskMirror()
        running.mirror?.source = StorageSource(file: "/base")
        running.mirror?.source?.index = 5
        let (kept, gone, disk) = outcome(job(.activeCommit, 3, 5), isDone: true, of: running)
        #expect(kept == [5])
        #expect(gone == [3, 4])
        #expect(disk.source.path == "/base")
        #expect(disk.mirror == nil)
        #expect(outcome(job(.activeCommit, 3, 5), isDone: false, of: running).gone == [])
    }

    @Test("of a copy one of the two is left")
    func copy() {
        var running = disk()
        running.mirror = DiskMirror()
        running.mirror?.source = StorageSource(file: "/copy")
        running.mirror?.source?.index = 6
        running.mirror?.format = .raw
        running.mirror?.backingStore = BackingStore()
        let changed = outcome(job(.copy, 3, 6), isDone: true, of: running)
        #expect(changed.kept == [6])
        #expect(changed.gone == [3, 4, 5])
        #expect(changed.disk.driver.format == .raw)
        let left = outcome(job(.copy, 3, 6), isDone: false, of: running)
        #expect(left.kept == [3, 4, 5])
        #expect(left.gone == [6])
        #expect(running.highestImage == 6)
    }

    @Test("a job reads from the record as it was written", arguments: [nil, 5] as [UInt32?])
    func record(base: UInt32?) throws {
        var job = job(.activeCommit, 3, base)
        (job.phase, job.removesFiles) = (.pivoting, true)
        #expect(BlockJob(try JSONValue(parsing: job.json.description)) == job)
        #expect(job.id == "commit-vda-libvirt-3-format")
        #expect(BlockJob(["id": "x"]) == nil)
    }

    @Test("QEMU keeps a job whose end nobody has taken note of")
    func commands() throws {
        let command = job(.copy, 3, 6).copy(
            of: "libvirt-3-format", to: "libvirt-6-format", isShallow: true, isSynchronous: true, speed: 5,
            granularity: 65536, buffer: nil)
        #expect(command.name == "blockdev-mirror")
        #expect(
            command.arguments == [
                "job-id": "copy-vda-libvirt-3-format", "device": "libvirt-3-format",
                "target": "libvirt-6-format", "sync": "top", "granularity": 65536,
                "copy-mode": "write-blocking", "speed": 5, "auto-finalize": true, "auto-dismiss": false,
            ])
    }

    @Test("one that keeps a copy the same leaves the copy whole when it is ended")
    func abort() {
        var job = job(.copy, 3, 6)
        #expect(job.abort.name == "job-cancel")
        job.phase = .ready
        #expect(job.abort.name == "block-job-cancel")
    }
}
