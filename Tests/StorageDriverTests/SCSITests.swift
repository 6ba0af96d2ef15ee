import HostKit
import LinuxSystem
import Testing
import Virt
import VirtXML

@testable import StorageDriver

/// SCSI controllers and their disks, on a tree of files in place of the kernel's.
@Suite final class SCSITests {
    let path: String

    init() throws { path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/storage-scsi-") }
    deinit { try? FileSystem.removeTree(path) }

    private func write(_ name: String, _ text: String = "") throws {
        let file = "\(path)/\(name)"
        try FileSystem.makeDirectory(try #require(FileSystem.parent(of: file)), mode: 0o755, parents: true)
        try FileSystem.replace(file, with: text, survivesPowerCut: false)
    }

    private func read(_ name: String) throws -> String { try FileSystem.readText("\(path)/\(name)") }

    @Test func `disks have lasting names and tapes are none`() throws {
        for (unit, type, disk) in [
            ("2:0:0:1", "0", "sdb"), ("2:0:1:0", "0", "sdc"), ("2:0:2:0", "1", "st0"),
            ("3:0:0:0", "0", "sdd"),
        ] {
            try write("bus/scsi/devices/\(unit)/type", "\(type)\n")
            try write("bus/scsi/devices/\(unit)/block/\(disk)/dev", "8:0\n")
        }
        try write("bus/scsi/devices/2:0:0:1/wwid", "naa.6001405\n")
        try write("bus/scsi/devices/host2/type", "0\n")
        try FileSystem.makeDirectory("\(path)/by-path")
        try FileSystem.makeLink(at: "\(path)/by-path/ip-1-lun-1", to: "../../sdb")
        let units = SCSIUnits(system: path, host: 2, target: "\(path)/by-path", devices: "/dev")
        let volumes = try units.volumes()
        #expect(volumes.map(\.name) == ["unit:0:0:1", "unit:0:1:0"])
        #expect(volumes.map(\.target.path) == ["\(path)/by-path/ip-1-lun-1", "/dev/sdc"])
        #expect(volumes.map(\.key) == ["naa.6001405", "/dev/sdc"])
    }

    private func adapter(_ change: (inout PoolAdapter) -> Void) -> SCSIAdapter {
        var adapter = PoolAdapter()
        change(&adapter)
        return SCSIAdapter(adapter: adapter, system: path)
    }

    @Test func `a controller is found by its name or by its place`() async throws {
        #expect(try SCSIAdapter.number(of: "scsi_host7") == 7)
        #expect(try SCSIAdapter.number(of: "host12") == 12)
        for name in ["weird", "host", "host-1", "hostx"] {
            #expect(
                await error { try SCSIAdapter.number(of: name) }?.message
                    == "internal error: Invalid adapter name '\(name)' for SCSI pool")
        }
        try write("devices/pci0000:00/0000:00:1f.2/ata1/host4/scsi_host/host4/unique_id", "5\n")
        try FileSystem.makeDirectory("\(path)/class/scsi_host", mode: 0o755, parents: true)
        try FileSystem.makeLink(
            at: "\(path)/class/scsi_host/host4",
            to: "../../devices/pci0000:00/0000:00:1f.2/ata1/host4/scsi_host/host4")
        func at(_ number: UInt32) -> SCSIAdapter {
            adapter {
                var place = PCIAddress()
                (place.slot, place.function) = (0x1f, 2)
                ($0.parentAddress, $0.uniqueID) = (place, number)
            }
        }
        #expect(try at(5).host() == 4)
        #expect(await error { try at(6).host() }?.code == .internalError)
    }

    @Test func `a port is made on its parent and removed again`() async throws {
        let port = adapter {
            ($0.type, $0.parent) = (.fcHost, "scsi_host5")
            ($0.wwnn, $0.wwpn) = ("20000000c9831b4b", "10000000c9831b4b")
        }
        #expect(
            await error { try port.makePort() }?.message
                == "XML error: parent 'scsi_host5' specified for vHBA does not exist")
        try write("class/fc_host/host5/node_name", "0x1\n")
        #expect(await error { try port.makePort() }?.code == .operationInvalid)
        try write("class/fc_host/host5/vport_create")
        try write("class/fc_host/host5/vport_delete")
        #expect(await error { try port.host() }?.code == .internalError)
        #expect(try port.makePort())
        #expect(try read("class/fc_host/host5/vport_create") == "10000000c9831b4b:20000000c9831b4b")
        try write("class/fc_host/host8/node_name", "0x20000000c9831b4b\n")
        try write("class/fc_host/host8/port_name", "0x10000000c9831b4b\n")
        #expect(try port.host() == 8)
        #expect(try !port.makePort())
        try port.removePort()
        #expect(try read("class/fc_host/host5/vport_delete") == "10000000c9831b4b:20000000c9831b4b")
    }

    @Test func `the kernel is told to look for disks`() async throws {
        try write("class/scsi_host/host7/scan")
        try SCSIAdapter.scan(7, path)
        #expect(try read("class/scsi_host/host7/scan") == "- - -")
        #expect(await error { try SCSIAdapter.scan(8, path) }?.code == .systemError)
    }

    @Test func `disks of several paths are told by the kernel`() throws {
        for (device, name, uuid) in [
            ("dm-0", "mpatha", "mpath-36001405"), ("dm-1", "vg-lv", "LVM-x"), ("sda", "x", "mpath-y"),
        ] {
            try write("block/\(device)/dm/name", "\(name)\n")
            try write("block/\(device)/dm/uuid", "\(uuid)\n")
        }
        let volumes = MultipathPool.volumes(path, at: "/dev/mapper")
        #expect(volumes.map(\.name) == ["mpatha"])
        #expect(volumes.map(\.key) == ["36001405"])
        #expect(volumes.map(\.target.path) == ["/dev/mapper/mpatha"])
    }

    @Test func `iscsiadm is told what libvirt tells it and its answers are understood`() {
        var (source, host, device) = (PoolSource(), PoolHost(), PoolDevice())
        (host.name, host.port, device.path) = ("fe80::1", 3261, "iqn.x:t1")
        (source.hosts, source.devices) = ([host], [device])
        let command = ISCSICommand(source)
        #expect(
            command.logIn("if").arguments.joined(separator: " ")
                == "--mode node --portal [fe80::1]:3261,1 --targetname iqn.x:t1 --login --interface if")
        #expect(
            command.makeNode().arguments.suffix(2) + command.logOut(nil).arguments.suffix(1) == [
                "--op", "new", "--logout",
            ])
        #expect(
            command.set("n", "v").arguments.suffix(8)
                == ["--target", "iqn.x:t1", "--op", "update", "--name", "n", "--value", "v"])
        #expect(
            ISCSICommand.discover("h:3260,1", nil, isKept: false).arguments.joined(separator: " ")
                == "--mode discovery --type sendtargets --portal h:3260,1 --op nonpersistent")
        let sessions =
            "tcp: [1] h:3260,1 iqn.x:t10 (non-flash)\ntcp: [7] h:3260,1 iqn.x:t1 (non-flash)\ntcp: [x]\n"
        #expect(command.session(in: sessions) == "7")
        #expect(command.session(in: "") == nil)
        let interfaces =
            "default tcp,<empty>,<empty>,<empty>,<empty>\nlibvirt-iface-1 tcp,<empty>,<empty>,<empty>,iqn.me:x\n"
        #expect(ISCSICommand.interface(of: "iqn.me:x", in: interfaces) == "libvirt-iface-1")
        #expect(ISCSICommand.interface(of: "iqn.me:y", in: interfaces) == nil)
        #expect(ISCSICommand.targets(in: "h:3260,1 iqn.x:t1\nnonsense\n") == ["iqn.x:t1"])
    }

    @Test func `zfs is told what libvirt tells it and its answers are understood`() {
        var volume = StorageVolumeDefinition()
        (volume.name, volume.capacity, volume.allocation) = (
            "v", ByteSize(bytes: 10 << 20), ByteSize(bytes: 10 << 20)
        )
        #expect(ZFSCommand.make(volume, in: "tank").arguments == ["create", "-V", "10240K", "tank/v"])
        volume.allocation = ByteSize(bytes: 1 << 20)
        #expect(
            ZFSCommand.make(volume, in: "tank").arguments
                == ["create", "-s", "-o", "refreservation=1024K", "-V", "10240K", "tank/v"])
        let sizes = ZFSCommand.sizes(
            in: "tank\thealth\tONLINE\t-\ntank\tsize\t100\t-\ntank\tfree\t90\t-\ntank\tallocated\t10\t-\n")
        #expect(sizes == PoolSizes(capacity: 100, allocation: 10, available: 90))
        let volumes = ZFSCommand.volumes(
            in: "tank/v1\t1024\t1000\ntank/a/b\t1\t1\nother/x\t1\t1\ntank/v2\tx\t1\n", of: "tank",
            at: "/dev/zvol/tank")
        #expect(volumes.map(\.name) == ["v1"])
        #expect(volumes.map(\.target.path) == ["/dev/zvol/tank/v1"])
    }
}
