import ByteText
import RemoteProtocol
import Virt
import XDR

/// What stands in a journal's file for one event: its length, a checksum, and the entry as it goes on the wire.
struct JournalRecord: Sendable {
    /// Length and checksum, of four bytes each.
    static let headSize = 8
    /// The smallest entry: numbers, and nothing else.
    private static let smallestEntry = 28

    /// The entry, without length and checksum.
    let body: ArraySlice<UInt8>
    let checksum: UInt32

    /// The number of the event, which stands first in the entry.
    var number: UInt64 { body.prefix(8).bigEndian() }

    /// How many bytes it takes in the file.
    var size: Int { Self.headSize + body.count }

    /// Whether it is what was written once.
    var isWhole: Bool { CRC32.checksum(of: body) == checksum }

    /// What it says; nil where it isn't whole, or isn't understood.
    var entry: JournalEntry? {
        guard isWhole else { return nil }
        var coder = XDRCoder(reading: Array(body))
        var entry = JournalEntry()
        guard (try? entry.code(&coder)) != nil, coder.remaining == 0 else { return nil }
        return entry
    }

    /// The record at the start of `bytes`; nil where they hold none, and the bytes that are needed to tell otherwise.
    init?(_ bytes: ArraySlice<UInt8>, needs: inout Int) {
        needs = Self.headSize
        guard bytes.count >= Self.headSize else { return nil }
        let length = Int(Self.word(bytes)), rest = bytes.dropFirst(Self.headSize)
        guard length >= Self.smallestEntry, length <= JournalShape.largestRecord else {
            needs = 0
            return nil
        }
        needs = Self.headSize + length
        guard rest.count >= length else { return nil }
        (body, checksum) = (rest.prefix(length), Self.word(bytes.dropFirst(4)))
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.prefix(4).bigEndian()
    }

    /// The bytes of a record; nil where the entry can't be written.
    static func bytes(of entry: JournalEntry) -> [UInt8]? {
        var (coder, entry, none) = (XDRCoder(capacity: 256), entry, UInt32(0))
        do throws(XDRError) {
            try coder.uint32(&none)
            try coder.uint32(&none)
            try entry.code(&coder)
        } catch {
            return nil
        }
        let length = coder.bytes.count - headSize
        guard length <= JournalShape.largestRecord else { return nil }
        coder.patch(UInt32(length), at: 0)
        coder.patch(CRC32.checksum(of: coder.bytes.dropFirst(headSize)), at: 4)
        return coder.bytes
    }
}
