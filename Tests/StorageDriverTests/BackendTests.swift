import DriverKit
import LinuxSystem
import Testing
import Virt
import VirtDriver
import VirtXML
import XMLBinding

@testable import StorageDriver

@Suite struct BackendTests {
    let host: Host

    init() throws { host = try Host() }

    @Test func `a word of the table of mounts is read with its blanks`() {
        for (word, plain) in [
            ("/a", "/a"), ("/a\\040b", "/a b"), ("/a\\134b", "/a\\b"), ("/a\\", "/a\\"), ("/\\04", "/\\04"),
            ("/\\999", "/\\999"), ("/é\\011", "/é\t"),
        ] { #expect(MountedPool.plain(word) == plain) }
    }

    @Test func `what a server shares is the first word of each line`() {
        let said = "/srv/one *\n/srv/two 10.0.0.0/8,host\n\nclnt_create: RPC: Unable to receive\n"
        #expect(SharedFolders.folders(in: said) == ["/srv/one", "/srv/two"])
    }

    @Test func `a file system is made by force only where mkfs would ask`() {
        #expect(MountCommand.make("ext4", on: "/d") == ["-t", "ext4", "-F", "/d"])
        #expect(MountCommand.make("xfs", on: "/d") == ["-t", "xfs", "-f", "/d"])
        #expect(MountCommand.make("vfat", on: "/d") == ["-t", "vfat", "/d"])
    }

    @Test func `a server that never answers keeps nobody waiting for long`() async throws {
        let driver = try await host.driver()
        let never = Latch()
        await driver.soon(.milliseconds(10)) { await never.wait() }
        never.open()
    }

    @Test func `two pools are never in one place`() async throws {
        let storage = try await host.connection().storage
        func define(_ name: String, _ rest: String) async throws {
            let xml = "<pool \(rest)</pool>".replacing("NAME", with: "<name>\(name)</name>")
            _ = try await storage.storagePoolDefineXML(xml: xml, flags: [])
        }
        let places = [
            "type='dir'>NAME<target><path>/p</path></target>",
            "type='fs'>NAME<source><device path='/dev/d'/></source><target><path>/m</path></target>",
            "type='netfs'>NAME<source><host name='h'/><dir path='/s'/></source><target><path>/n</path></target>",
        ]
        for (number, place) in places.enumerated() {
            try await define("one\(number)", place)
            let other = place.replacing("/m<", with: "/other<").replacing("/n<", with: "/other<")
            #expect(
                await error { try await define("two", other) }?.message
                    == "operation failed: Storage source conflict with pool: 'one\(number)'")
        }
    }

    @Test func `a volume is found only in a pool that runs`() async throws {
        let driver = try await host.driver()
        let opened = try await driver.open(
            OpenRequest(ConnectionURI("storage:///system"), for: .thisProcess()))
        let connection = try #require(opened)
        let xml = "<pool type='dir'><name>p</name><target><path>\(host.pool)</path></target></pool>"
        let reference = try await connection.storage.storagePoolDefineXML(xml: xml, flags: [])
        let pool = try connection.storage.storagePool(reference)
        #expect(await error { try driver.volume("v", ofPool: "none") }?.code == .noStoragePool)
        #expect(await error { try driver.volume("v", ofPool: "p") }?.code == .configUnsupported)
        try await pool.create(flags: .withBuild)
        #expect(await error { try driver.volume("v", ofPool: "p") }?.code == .noStorageVol)
        let volume = "<volume><name>v</name><capacity>1</capacity></volume>"
        _ = try await pool.storageVolCreateXML(xml: volume, flags: [])
        #expect(try driver.volume("v", ofPool: "p").volume.target.path == host.pool + "/v")
    }

    @Test func `the name of what lies below an image is shown and never opened`() {
        for (name, path) in [
            ("base", "/f/base"), ("../x", "/f/../x"), ("/a/b", "/a/b"), ("nbd://h/x", "nbd://h/x"),
            ("nbd:h:1:exportname=x", "nbd:h:1:exportname=x"), ("a/b:c", "/f/a/b:c"),
            (#"json:{"driver":"raw","file":{"driver":"file","filename":"/j"}}"#, "/j"), ("json:{", "json:{"),
        ] { #expect(BackingName(name, in: "/f").path == path) }
    }
}
