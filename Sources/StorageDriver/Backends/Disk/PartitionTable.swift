import ByteText
import VirtXML

/// A disk's partitions, and the room between them, in bytes.
struct PartitionTable: Sendable, Equatable {
    /// libvirt's name of the kind of table.
    var format = ""
    var length: UInt64 = 0
    var partitions: [Partition] = []
    var free: [Stretch] = []

    init() {}

    /// A stretch of the disk: its first byte, and the one behind its last.
    struct Stretch: Sendable, Equatable {
        var start: UInt64
        var end: UInt64
    }

    struct Partition: Sendable, Equatable {
        var number: Int
        var start: UInt64
        var end: UInt64
        var fileSystem: String
        var flags: [String]
        /// Whether it only holds others.
        var isExtended = false
    }

    /// More partitions than any table has.
    private static let mostLines = 4096

    /// Reads what parted says: a line `BYT;`, one of the disk, and one for each stretch. Nil where it can't be understood.
    ///
    /// - Parameter extended: where on a disk of PCs the partition begins that holds others.
    init?(_ text: String, of device: String, extended: UInt64? = nil) {
        let lines = text.split(atByte: "\n").prefix(Self.mostLines).map { $0.trimmingBlanks() }
        guard let place = lines.firstIndex(where: { $0 == "BYT;" }), lines.indices.contains(place + 1),
            let facts = lines[place + 1].droppingBytePrefix("\(device):")
        else { return nil }
        let words = facts.split(atByte: ":", omittingEmptySubsequences: false)
        guard words.count > 4, let length = Self.bytes(words[0]) else { return nil }
        self.length = length
        format = words[4] == "msdos" ? "dos" : String(words[4])
        for line in lines[(place + 2)...] {
            let cells = line.split(atByte: ":", omittingEmptySubsequences: false)
            guard cells.count >= 5, let number = Int(cells[0]), let start = Self.bytes(cells[1]),
                let last = Self.bytes(cells[2]), last < UInt64.max, start <= last
            else { continue }
            if cells[4] == "free;" {
                free.append(Stretch(start: start, end: last + 1))
                continue
            }
            var partition = Partition(
                number: number, start: start, end: last + 1, fileSystem: String(cells[4]),
                flags: Self.flags(String(cells[cells.count - 1])))
            partition.isExtended = format == "dos" && number <= 4 && start == extended
            partitions.append(partition)
        }
    }

    private static func bytes(_ word: Substring) -> UInt64? {
        guard let digits = word.droppingByteSuffix("B") else { return nil }
        return UInt64(digits)
    }

    private static func flags(_ word: String) -> [String] {
        let list = word.droppingByteSuffix(";") ?? word[...]
        return list.split(atByte: ",").map { String($0.trimmingBlanks()) }
    }

    /// Where the partition begins that holds others, as the first sector of a PC's disk says.
    static func extended(in sector: [UInt8]) -> UInt64? {
        guard sector.count >= 512, sector[510] == 0x55, sector[511] == 0xAA else { return nil }
        for entry in stride(from: 446, to: 510, by: 16) where [0x05, 0x0F, 0x85].contains(sector[entry + 4]) {
            var start: UInt64 = 0
            for byte in sector[(entry + 8)..<(entry + 12)].reversed() { start = start << 8 | UInt64(byte) }
            return start * 512
        }
        return nil
    }
}

extension PartitionTable.Partition {
    /// What libvirt calls it.
    var format: String {
        if isExtended { return "extended" }
        if flags.contains("lvm") { return "linux-lvm" }
        if flags.contains("raid") { return "linux-raid" }
        if fileSystem.hasBytePrefix("linux-swap") { return "linux-swap" }
        if fileSystem == "fat16" || fileSystem == "fat32" { return fileSystem }
        return fileSystem.hasBytePrefix("ext") ? "linux" : "none"
    }
}
