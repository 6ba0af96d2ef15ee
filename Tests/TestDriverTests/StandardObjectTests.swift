import TestDriver
import Testing
import Virt
import VirtDriver

@Suite("What test:///default has beside its domain")
struct StandardObjectTests {
    private func open() async throws -> any DriverConnection {
        try #require(
            try await TestDriver().open(OpenRequest(ConnectionURI("test:///default"), for: .thisProcess())))
    }

    private func message(_ call: () async throws -> Void) async -> String? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? VirtError)?.message
        }
    }

    @Test("its network runs, and can be stopped, started and, once stopped, undefined")
    func network() async throws {
        let networks = try await open().networks
        let reference = try await networks.networkLookupByName(name: "default")
        let network = try networks.network(reference)
        #expect(try await network.bridgeName() == "virbr0")
        #expect(
            await message { try await network.create() }
                == "Requested operation is not valid: Network 'default' is already running")
        #expect(
            await message { try await network.undefine() }
                == "Requested operation is not valid: Network 'default' is still running")
        try await network.destroy()
        #expect(try await networks.listDefinedNetworks() == ["default"])
        try await network.undefine()
        #expect(
            await message { _ = try await network.xmlDesc(flags: []) }
                == "Network not found: no network with matching name 'default'")
    }

    @Test("a network that was only created goes when it is stopped")
    func transientNetwork() async throws {
        let networks = try await open().networks
        let xml = "<network><name>brief</name><bridge name='br9'/></network>"
        let network = try networks.network(try await networks.networkCreateXML(xml: xml))
        #expect(try await !network.isPersistent())
        #expect(
            await message { _ = try await networks.networkDefineXML(xml: xml) }?
                .hasPrefix("operation failed: network 'brief' already exists with uuid") == true)
        try await network.destroy()
        #expect(try await networks.listAllNetworks(flags: []).map(\.name) == ["default"])
    }

    @Test("a volume takes room from its pool and gives it back")
    func volumes() async throws {
        let storage = try await open().storage
        let pool = try storage.storagePool(try await storage.storagePoolLookupByName(name: "default-pool"))
        let xml = "<volume><name>v</name><capacity unit='GiB'>1</capacity></volume>"
        let reference = try await pool.storageVolCreateXML(xml: xml, flags: [])
        #expect(reference.key == "/default-pool/v")
        #expect(try await pool.info().available == 99 << 30)
        #expect(
            await message { _ = try await pool.storageVolCreateXML(xml: xml, flags: []) }
                == "operation failed: storage vol already exists")
        let large = "<volume><name>w</name><capacity unit='GiB'>100</capacity></volume>"
        #expect(
            await message { _ = try await pool.storageVolCreateXML(xml: large, flags: []) }
                == "internal error: Not enough free space in pool for volume 'w'")
        try await storage.storageVol(reference).delete(flags: [])
        #expect(try await pool.info().allocation == 0)
    }

    @Test("what needs an active pool is refused on one that is not, and the other way round")
    func poolStates() async throws {
        let storage = try await open().storage
        let pool = try storage.storagePool(try await storage.storagePoolLookupByName(name: "default-pool"))
        #expect(
            await message { try await pool.undefine() }
                == "Requested operation is not valid: storage pool 'default-pool' is active")
        try await pool.destroy()
        #expect(
            await message { try await pool.refresh(flags: 0) }
                == "Requested operation is not valid: storage pool 'default-pool' is not active")
        #expect(try await storage.listAllStoragePools(flags: [.inactive, .dir]).count == 1)
        #expect(try await storage.listAllStoragePools(flags: [.inactive, .logical]).isEmpty)
    }

    @Test("a change of interfaces can be taken back")
    func interfaces() async throws {
        let interfaces = try await open().interfaces
        try await interfaces.interfaceChangeBegin(flags: 0)
        let reference = try await interfaces.interfaceLookupByMACString(mac: "AA:BB:CC:DD:EE:FF")
        try await interfaces.interface(reference).undefine()
        #expect(try await interfaces.numOfInterfaces() == 0)
        try await interfaces.interfaceChangeRollback(flags: 0)
        #expect(try await interfaces.listInterfaces() == ["eth1"])
        #expect(
            await message { try await interfaces.interfaceChangeCommit(flags: 0) }
                == "Requested operation is not valid: no transaction running, nothing to be committed.")
    }

    @Test("its devices are a computer and SCSI host adapters, listed by what they are")
    func devices() async throws {
        let devices = try await open().nodeDevices
        #expect(try await devices.nodeListDevices(cap: "system", flags: 0) == ["computer"])
        #expect(try await devices.listAllNodeDevices(flags: .capFcHost).count == 3)
        let host = try devices.nodeDevice(try await devices.nodeDeviceLookupByName(name: "scsi_host11"))
        #expect(try await host.parent() == "scsi_host1")
        #expect(try await host.xmlDesc(flags: []).contains("<wwpn>1000000034563456</wwpn>"))
    }
}
