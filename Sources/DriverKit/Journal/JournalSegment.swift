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
    static let size = 32

    init(boot: UUID, first: UInt64) { (self.boot, self.first) = (boot, first) }

    /// Nil where that is no head.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.size, bytes.starts(with: Self.mark),
            let boot = UUID(bytes: bytes[8..<24])
        else { return nil }
        self.boot = boot
        first = bytes[24..<32].reduce(0) { $0 << 8 | UInt64($1) }
    }

    var bytes: [UInt8] {
        Self.mark + boot.bytes + (0..<8).map { UInt8(truncatingIfNeeded: first >> (56 - 8 * UInt64($0))) }
    }

    /// Which start of the host this is; nobody's identity where the kernel doesn't say.
    static func currentBoot() -> UUID { (try? Host.bootIdentity()).flatMap { UUID($0) } ?? .zero }
}
