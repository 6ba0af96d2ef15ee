import DriverKit
import LinuxSystem
import Synchronization
import Testing
import Virt
import VirtDriver
import VirtXML

@testable import StorageDriver

@Suite struct PoolTests {
    let host: Host

    init() throws { host = try Host() }

    private func write(_ name: String, _ text: String = "x") throws {
        try FileSystem.replace(host.pool + "/" + name, with: text, survivesPowerCut: false)
    }

    @Test func `a refresh finds what came, went and changed`() async throws {
        let pool = try await host.connection().pool("p", at: host.pool)
        try write("a")
        try write("b")
        try await pool.refresh(flags: 0)
        #expect(try await pool.names() == ["a", "b"])
        try FileSystem.remove(host.pool + "/a")
        try write("b", "longer")
        try write("c")
        try await pool.refresh(flags: 0)
        #expect(try await pool.names() == ["b", "c"])
    }

    @Test func `a refresh opens no file that is still the one that was looked at`() async throws {
        try FileSystem.makeDirectory(host.pool, parents: true)
        try write("a")
        let first = try await PoolLook(host.pool, known: [:]).run().volumes
        var marked = first
        for name in first.keys { marked[name]?.definition.target.format = "kept" }
        let second = try await PoolLook(host.pool, known: marked).run().volumes
        #expect(second.values.map(\.definition.target.format) == ["kept"])
        try write("a", "other")
        let third = try await PoolLook(host.pool, known: marked).run().volumes
        #expect(third.values.map(\.definition.target.format) == ["raw"])
    }

    @Test func `what somebody makes while a pool is looked through stays as that one left it`() throws {
        let content = PoolContent()
        var volume = StorageVolumeDefinition()
        volume.name = "new"
        _ = content.beginLooking()
        #expect(content.reserve(volume))
        try content.change("new") { (volume) throws(VirtError) in volume.isBeingMade = false }
        content.endLooking(FoundContent())
        #expect(content["new"] != nil)
        _ = content.beginLooking()
        content.endLooking(FoundContent())
        #expect(content["new"] == nil)
    }

    @Test func `pools that run are taken up by the next driver and those whose folder is gone have stopped`()
        async throws
    {
        do {
            let connection = try await host.connection()
            _ = try await connection.pool("here", at: host.pool)
            _ = try await connection.pool("gone", at: host.path + "/gone")
        }
        try FileSystem.remove(host.path + "/gone")
        let storage = try await host.connection().storage
        #expect(try await storage.listStoragePools() == ["here"])
        #expect(
            await error { try await storage.storagePoolLookupByName(name: "gone") }?.code == .noStoragePool)
    }

    @Test func `what a killed daemon left half made goes and what merely looks so stays`() async throws {
        try FileSystem.makeDirectory(host.pool, parents: true)
        let records = PartRecords(folder: host.places.parts)
        try records.store.prepare()
        let part = PartName(for: "disk")
        try records.keep(PartRecords.Record(folder: host.pool, part: part))
        try write(part.text)
        let others = PartName(for: "disk").text
        try write(others)
        let pool = try await host.connection().pool("p", at: host.pool)
        #expect(try FileSystem.names(in: host.pool) == [others])
        #expect(try await pool.names() == [])
        #expect(try records.store.names() == [])
    }

    @Test func `a pool stays while a volume is made in it`() async throws {
        let connection = try await host.connection()
        let pool = try await connection.pool("p", at: host.pool)
        let xml = "<volume><name>v</name><capacity>4096</capacity></volume>"
        _ = try await pool.storageVolCreateXML(xml: xml, flags: [])
        let volume = try connection.storage.storageVol(StorageVolReference(pool: "p", name: "v", key: ""))
        let stream = try await volume.upload(offset: 0, length: 0, flags: [])
        #expect(await error { try await pool.destroy() }?.code == .internalError)
        #expect(
            await error { try await volume.delete(flags: []) }?.message
                == "Requested operation is not valid: volume 'v' is still in use.")
        try await stream.write(.data(Array("new".utf8)))
        try await stream.finish()
        try await volume.delete(flags: [])
        try await pool.destroy()
    }

    @Test func `a volume that a guest uses isn't harmed`() async throws {
        let driver = try await host.driver()
        let (file, link) = (host.pool + "/v", host.path + "/link/v")
        try FileSystem.makeLink(at: host.path + "/link", to: host.pool)
        let used = Mutex([FileInUse(path: file, guest: "guest")])
        driver.onUse { used.withLock { $0 } }
        let opened = try await driver.open(
            OpenRequest(ConnectionURI("storage:///system"), for: .thisProcess()))
        let connection = try #require(opened)
        let pool = try await connection.pool("p", at: host.pool)
        let xml = "<volume><name>v</name><capacity>4096</capacity><allocation>0</allocation></volume>"
        let volume = try connection.storage.storageVol(await pool.storageVolCreateXML(xml: xml, flags: []))
        let calls: [() async throws -> Void] = [
            { try await volume.delete(flags: []) }, { try await volume.wipe(flags: 0) },
            { _ = try await volume.upload(offset: 0, length: 0, flags: []) },
            { try await volume.resize(capacity: 512, flags: .shrink) },
        ]
        for path in [file, link] {
            used.withLock { $0 = [FileInUse(path: path, guest: "guest")] }
            for call in calls { #expect(await error(call)?.code == .operationInvalid) }
        }
        try await volume.resize(capacity: 8192, flags: [])
        _ = try await volume.download(offset: 0, length: 0, flags: [])
    }
}
