import ByteText
import LinuxSystem
import Virt

/// One file of a journal.
struct JournalSegment: Sendable {
    /// Counts the files.
    let sequence: UInt64
    /// The number of the first event that it can hold.
    let first: UInt64

    private static let suffix = ".events"

    static func name(_ sequence: UInt64) -> String { "\(sequence)\(suffix)" }

    /// The place of a file among the others, by its name; nil where it is no file of a journal.
    static func sequence(of name: String) -> UInt64? {
        name.droppingByteSuffix(suffix).flatMap { UInt64($0) }
    }
}

/// What stands first in each file: during which start of the host it was written, and which event is the first.
struct JournalHead: Sendable {
    var boot: UUID
    var first: UInt64

    private static let mark = Array("RoostEv1".utf8)
    static let size = 36

    init(boot: UUID, first: UInt64) { (self.boot, self.first) = (boot, first) }

    /// Nil where that is no head.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.size, bytes.starts(with: Self.mark),
            let boot = UUID(bytes: bytes[8..<24]),
            bytes[32..<36].elementsEqual(Self.digits(CRC32.checksum(of: bytes[..<32])))
        else { return nil }
        self.boot = boot
        first = bytes[24..<32].bigEndian()
    }

    var bytes: [UInt8] {
        let all = Self.mark + boot.bytes + Self.digits(first)
        return all + Self.digits(CRC32.checksum(of: all[...]))
    }

    /// A number's bytes, the highest first.
    private static func digits(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// Which start of the host this is; nobody's identity where the kernel doesn't say.
    static func currentBoot() -> UUID { (try? Host.bootIdentity()).flatMap { UUID($0) } ?? .zero }
}
