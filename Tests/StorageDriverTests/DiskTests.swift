import Testing
import Virt
import VirtXML

@testable import StorageDriver

/// Partitions of disks.
@Suite struct DiskTests {
    static let said = """
        BYT;
        /dev/a:b:67108864B:loopback:512:512:msdos:Loopback device:;
        1:32256B:1048575B:1016320B:free;
        1:1048576B:32505855B:31457280B:::lba;
        5:2097152B:7340031B:5242880B:ext4::raid;
        1:32505856B:67108863B:34603008B:free;
        2:9:8:1B:::;
        3:xB:8B:1B:::;

        """

    /// The first sector of such a disk.
    private static func sector(_ kind: UInt8) -> [UInt8] {
        var sector = [UInt8](repeating: 0, count: 512)
        (sector[510], sector[511]) = (0x55, 0xAA)
        (sector[446 + 4], sector[446 + 9]) = (kind, 8)
        return sector
    }

    @Test func `what parted says is read by its bytes and what makes no sense is passed over`() throws {
        let start = PartitionTable.extended(in: Self.sector(5))
        #expect(start == 1_048_576)
        let table = try #require(PartitionTable(Self.said, of: "/dev/a:b", extended: start))
        #expect((table.format, table.length) == ("dos", 67_108_864))
        #expect(table.partitions.map(\.number) == [1, 5])
        #expect(table.partitions.map(\.format) == ["extended", "linux-raid"])
        #expect(table.free.map(\.end) == [1_048_576, 67_108_864])
        #expect(PartitionTable(Self.said, of: "/dev/a") == nil)
        #expect(PartitionTable("Error: unrecognised disk label", of: "/dev/a:b") == nil)
        #expect(PartitionTable("BYT;", of: "/dev/a:b") == nil)
    }

    @Test func `a disk says itself which partition holds others`() {
        #expect(PartitionTable.extended(in: Self.sector(0x83)) == nil)
        #expect(PartitionTable.extended(in: [UInt8](repeating: 5, count: 512)) == nil)
        #expect(PartitionTable.extended(in: []) == nil)
    }

    private func place(
        _ name: String, _ size: UInt64, _ format: String = "none", in table: PartitionTable
    ) throws -> NewPartition {
        var volume = StorageVolumeDefinition()
        (volume.name, volume.capacity, volume.target.format) = (name, ByteSize(bytes: size), format)
        return try NewPartition(volume, in: table, named: "sda")
    }

    @Test func `a partition takes the smallest room that it fits into`() async throws {
        var table = PartitionTable()
        (table.format, table.length) = ("gpt", 100 << 20)
        table.free = [.init(start: 17408, end: 40 << 20), .init(start: 50 << 20, end: 60 << 20)]
        #expect(try place("sda1", 5 << 20, in: table).start == 50 << 20)
        #expect(try place("sda1", 20 << 20, in: table).start == 1 << 20)
        #expect(try place("sda1", 513, in: table).end == (50 << 20) + 1024)
        #expect(try place("sda1", 1, "linux-lvm", in: table).flag == "lvm")
        for (name, size, format, words) in [
            ("sda2", 1, "none", "invalid argument: invalid partition name 'sda2', expected 'sda1'"),
            ("sda1", 40 << 20, "none", "internal error: no large enough free extent"),
            ("sda1", UInt64.max, "none", "internal error: no large enough free extent"),
            (
                "sda1", 1, "extended",
                "unsupported configuration: a disk of format 'gpt' has no extended partitions"
            ),
        ] { #expect(await error { try place(name, size, format, in: table) }?.message == words) }
        table.format = "dos"
        table.partitions = (1...4).map { .init(number: $0, start: 0, end: 0, fileSystem: "", flags: []) }
        #expect(
            await error { try place("sda1", 1, in: table) }?.message
                == "internal error: there are no free partitions")
    }

    @Test func `a logical partition lies within the extended one and no other does`() async throws {
        var table = PartitionTable()
        table.format = "dos"
        table.partitions = [
            .init(number: 1, start: 1 << 20, end: 20 << 20, fileSystem: "", flags: [], isExtended: true)
        ]
        table.free = [.init(start: 1 << 20, end: 20 << 20), .init(start: 20 << 20, end: 40 << 20)]
        let inner = try place("sda5", 1 << 20, in: table)
        #expect((inner.start, inner.kind) == (2 << 20, "logical ext2"))
        let outer = try place("sda2", 1 << 20, "linux-swap", in: table)
        #expect((outer.start, outer.kind) == (20 << 20, "primary linux-swap"))
        #expect(await error { try place("sda2", 1, "extended", in: table) }?.code == .internalError)
    }

    @Test func `a partition's name has a letter behind a digit unless the definition says otherwise`() {
        for (path, said, prefix) in [
            ("/dev/sda", nil, "sda"), ("/dev/nvme0n1", nil, "nvme0n1p"), ("/dev/nvme0n1", false, "nvme0n1"),
            ("/dev/mapper/mpatha", true, "mpathap"),
        ] as [(String, Bool?, String)] {
            #expect(DiskPool.prefix(of: DiskPool.StorageDevice(path: path, hasSeparator: said)) == prefix)
        }
    }

    @Test func `what blkid says tells file systems from tables of partitions`() {
        #expect(DeviceContent("ID_FS_UUID=x\nID_FS_TYPE=ext4\n").fileSystem == "ext4")
        #expect(DeviceContent("ID_PART_TABLE_TYPE=dos\n").table == "dos")
        #expect(DeviceContent("").isEmpty)
    }
}
