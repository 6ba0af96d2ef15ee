import DriverKit
import Testing
import Virt
import VirtXML

@testable import QEMUDriver

/// One pool with one volume.
private struct OnePool: StorageVolumes {
    var volume = StorageVolumeDefinition()
    var pool = StoragePoolDefinition()

    func volume(
        _ name: String, ofPool pool: String
    ) throws(VirtError) -> (volume: StorageVolumeDefinition, pool: StoragePoolDefinition) {
        (volume, self.pool)
    }

    func onUse(_ body: @escaping @Sendable () -> [FileInUse]) {}
}

@Suite("Disks that are said by pool and volume")
struct VolumeDiskTests {
    private func pool(_ type: StoragePoolDefinition.Kind, _ volume: String, at path: String) -> OnePool {
        var one = OnePool()
        (one.pool.type, one.pool.source.name, one.pool.source.initiator) = (type, "images", "iqn.me:x")
        var (host, device, auth) = (PoolHost(), PoolDevice(), PoolAuth())
        (host.name, device.path, auth.username) = ("h", "iqn.x:t", "bob")
        (one.pool.source.hosts, one.pool.source.devices, one.pool.source.auth) = ([host], [device], auth)
        (one.volume.name, one.volume.type, one.volume.target.path) = (volume, .block, path)
        return one
    }

    private func located(
        _ mode: VolumeReference.Mode?, in volumes: OnePool
    ) throws(VirtError) -> StorageSource {
        var disk = DiskDevice()
        disk.source = StorageSource(.volume)
        var reference = VolumeReference()
        (reference.pool, reference.volume, reference.mode) = ("p", volumes.volume.name, mode)
        disk.source.volume = reference
        try disk.locate(in: volumes)
        return disk.source
    }

    @Test("of an iSCSI pool are the host's, unless the guest is to log in by itself")
    func iscsi() throws {
        let pool = pool(.iscsi, "unit:0:0:3", at: "/dev/disk/by-path/x")
        for mode in [nil, .default, .host] as [VolumeReference.Mode?] {
            let source = try located(mode, in: pool)
            #expect(source.actualType == .block)
            #expect(source.path == "/dev/disk/by-path/x")
        }
        let direct = try located(.direct, in: pool)
        #expect(direct.actualType == .network)
        #expect(direct.network?.protocol == .iscsi)
        #expect(direct.network?.name == "iqn.x:t/3")
        #expect(direct.network?.initiator == "iqn.me:x")
        #expect(direct.network?.hosts.first?.port == 3260)
        #expect(direct.auth?.username == "bob")
        #expect(direct.path == nil)
    }

    @Test("of other pools have no mode, and are images of a server where the host has no device of them")
    func others() throws {
        for type in [.logical, .iscsiDirect, .rbd] as [StoragePoolDefinition.Kind] {
            #expect(throws: VirtError.self) { try located(.host, in: pool(type, "v", at: "images/v")) }
        }
        #expect(try located(nil, in: pool(.logical, "v", at: "/dev/vg/v")).actualType == .block)
        #expect(try located(nil, in: pool(.iscsiDirect, "unit:0:0:1", at: "x")).network?.name == "iqn.x:t/1")
        let image = try located(nil, in: pool(.rbd, "v", at: "images/v"))
        #expect(image.network?.protocol == .rbd)
        #expect(image.network?.name == "images/v")
        #expect(image.network?.hosts.first?.port == nil)
        #expect(image.auth?.secret.type == "ceph")
    }
}
