import HostKit
import JSON
import Testing
import VirtXML

@testable import StorageDriver

/// What LVM's programs say, as libvirt 11.3 understands it.
@Suite struct LogicalTests {
    static let said = """
          a##uuid-aaa#/dev/sda(0)#linear#1#4194304#4194304#12582912#-wi-a-----
          a##uuid-aaa#/dev/sdb(7)#linear#1#8388608#4194304#12582912#-wi-a-----
          s##uuid-sss#/dev/sda(2),/dev/sdb(5)#striped#2#8388608#4194304#8388608#-wi-a-----
          m##uuid-mmm#m_rimage_0(0),m_rimage_1(0)#raid1#2#8388608#4194304#8388608#rwi-a-r---
          v#[v_vorigin]#uuid-vvv#/dev/sda(9)#linear#1#4194304#4194304#20971520#swi-a-s---
          b#a#uuid-bbb#/dev/sda(1)#linear#1#4194304#4194304#4194304#swi-a-----
          tp##uuid-tpp#tp_tdata(0)#thin-pool#1#8388608#4194304#8388608#twi-aotz--
          off##uuid-off#/dev/sda(30)#linear#1#8388608#4194304#8388608#-wi-------
          x##uuid-x#/dev/sda(18446744073709551615)#linear#1#8388608#4194304#8388608#-wi-a-----
          short#row

        """

    @Test func `stretches of a volume are gathered and what guests can't have is left out`() throws {
        let volumes = LogicalReport.volumes(in: Self.said, at: "/dev/vg")
        #expect(volumes.map(\.name) == ["a", "s", "m", "v", "b", "x"])
        let first = volumes[0]
        #expect(first.sourceDevices.map(\.path) == ["/dev/sda", "/dev/sdb"])
        #expect(first.sourceDevices[1].extents.map(\.start) == [29_360_128])
        #expect(first.sourceDevices[1].extents.map(\.end) == [37_748_736])
        #expect(first.allocation == ByteSize(bytes: 12_582_912))
        #expect(volumes[1].sourceDevices.map(\.path) == ["/dev/sda", "/dev/sdb"])
        #expect(volumes[3].backingStore == nil)
        #expect(volumes[4].backingStore?.path == "/dev/vg/a")
        #expect(volumes[5].sourceDevices == [])
    }

    @Test func `groups and room are read and nonsense isn't`() {
        let groups = LogicalReport.groups(in: "  /dev/sda vgy\n  /dev/sdb vgy\n  /dev/sdc \n  /dev/sdd vgz\n")
        #expect(groups.map(\.name) == ["vgy", "vgz"])
        #expect(groups.map(\.devices) == [["/dev/sda", "/dev/sdb"], ["/dev/sdd"]])
        #expect(
            LogicalReport.sizes(in: "  100:40\n") == PoolSizes(capacity: 100, allocation: 60, available: 40))
        for text in ["", "100", "40:100", "x:y"] { #expect(LogicalReport.sizes(in: text) == nil) }
    }

    @Test func `an encrypted volume has room for its header`() {
        var volume = StorageVolumeDefinition()
        (volume.name, volume.capacity) = ("v", ByteSize(bytes: 4 << 20))
        volume.allocation = volume.capacity
        volume.target.encryption = StorageEncryption()
        #expect(
            LogicalCommand.make(volume, in: "vg", tag: "t").arguments
                == ["--name", "v", "-L", "6144K", "vg", "--addtag", "t", "--yes"])
    }

    @Test func `what is half made is known again from its record`() {
        for half in [
            HalfMadeDevice.logical(tag: "roost.part.1"), .partition(device: "/dev/sda", start: 1, end: 2),
        ] { #expect(HalfMadeDevice(.object(half.value)) == half) }
        #expect(HalfMadeDevice(["folder": "/x", "part": ".x.part"]) == nil)
    }
}
