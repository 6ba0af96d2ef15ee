import CLinux
import Glibc

extension Descriptor {
    /// Reads once into `buffer`. Zero is the end; nil, that a non-blocking descriptor has nothing now.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        try attempted("read") { Glibc.read(rawValue, buffer.baseAddress, buffer.count) }
    }

    /// Writes once, perhaps only part; nil when a non-blocking descriptor takes nothing now.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        try attempted("write") { Glibc.write(rawValue, bytes.baseAddress, bytes.count) }
    }

    /// Writes all of `bytes`, waiting as needed. For files and pipes that block.
    public func writeAll(_ bytes: some Collection<UInt8>) throws(SystemError) {
        let bytes = ContiguousArray(bytes)
        var done = 0
        while done < bytes.count {
            done += try checked("write") {
                bytes.withUnsafeBytes { all in
                    let rest = UnsafeRawBufferPointer(rebasing: all.dropFirst(done))
                    return Glibc.write(rawValue, rest.baseAddress, rest.count)
                }
            }
        }
    }

    /// Reads to the end, waiting as needed; `EFBIG` when there are more than `limit` bytes.
    public func readToEnd(limit: Int) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        let step = 64 * 1024
        while true {
            let room = min(step, limit - content.count + 1)
            let chunk = try readOnce(atMost: room)
            if chunk.isEmpty { return content }
            content += chunk
            if content.count > limit { throw SystemError(call: "read", errno: EFBIG) }
        }
    }

    /// One waiting read of at most `count` bytes; empty at the end.
    public func readOnce(atMost count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let chunk = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            do throws(SystemError) {
                used = try checked("read") { Glibc.read(rawValue, buffer.baseAddress, count) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return chunk
    }

    /// What stands at a place of the file, at most `count` bytes.
    public func read(at offset: UInt64, atMost count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            do throws(SystemError) {
                used = try checked("pread") {
                    pread(rawValue, buffer.baseAddress, count, off_t(clamping: offset))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes` at a place of the file, whatever was written last.
    public func write(_ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            done += try checked("pwrite") {
                bytes.withUnsafeBytes { all in
                    let rest = UnsafeRawBufferPointer(rebasing: all.dropFirst(done))
                    return pwrite(rawValue, rest.baseAddress, rest.count, off_t(clamping: offset) + done)
                }
            }
        }
    }

    /// How many bytes a file or a block device has. The next read that names no place begins behind them.
    public func length() throws(SystemError) -> UInt64 {
        let end = lseek(rawValue, 0, SEEK_END)
        if end < 0 { throw .current("lseek") }
        return UInt64(clamping: end)
    }

    /// The next read or write that names no place is at this one.
    public func move(to offset: UInt64) throws(SystemError) {
        if lseek(rawValue, off_t(clamping: offset), SEEK_SET) < 0 { throw .current("lseek") }
    }

    /// Cuts the file off, or fills it up with zeros.
    public func setLength(_ length: UInt64) throws(SystemError) {
        try checked("ftruncate") { ftruncate(rawValue, off_t(clamping: length)) }
    }

    /// Makes what was written last through a power cut.
    public func synchronize() throws(SystemError) {
        try checked("fsync") { fsync(rawValue) }
    }

    /// Has the kernel drop what of a file is in its cache and on the disk.
    public func dropCache() {
        _ = posix_fadvise(rawValue, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Has what was written last through a power cut as soon as a later change of its folder does.
    ///
    /// Where a journal keeps the order of changes (ext4, XFS) it is enough that the data is out: the journal, which costs
    /// most, is then written once, for the folder.
    func synchronizeBefore(changeOf folder: Descriptor) throws(SystemError) {
        let keepsOrder = [0xEF53, 0x5846_5342].contains(clinux_file_system(folder.rawValue))
        if keepsOrder, sync_file_range(rawValue, 0, 0, UInt32(CLINUX_SYNC_FILE_RANGE_WRITE_AND_WAIT)) == 0 {
            return
        }
        try synchronize()
    }

    /// Sets the permission bits of the open file, whatever the umask.
    public func setMode(_ mode: UInt32) throws(SystemError) {
        try checked("fchmod") { fchmod(rawValue, mode) }
    }

    /// Gives the open file to a user and group; one opened with `.pathOnly` too.
    public func setOwner(user: UInt32, group: UInt32) throws(SystemError) {
        try checked("fchown") { fchownat(rawValue, "", user, group, Self.emptyPath) }
    }

    /// `AT_EMPTY_PATH`: the descriptor itself is meant.
    private static let emptyPath: Int32 = 0x1000

    /// Facts about the open file.
    public func status() throws(SystemError) -> FileStatus {
        var facts = stat()
        try checked("fstat") { fstat(rawValue, &facts) }
        return FileStatus(facts)
    }
}

/// The two ends of a pipe, both closed on exec.
public struct Pipe: Sendable {
    public let readEnd: Descriptor
    public let writeEnd: Descriptor

    public init() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        try withUnsafeMutableBytes(of: &ends) { (bytes) throws(SystemError) in
            _ = try checked("pipe2") {
                pipe2(bytes.assumingMemoryBound(to: Int32.self).baseAddress, O_CLOEXEC)
            }
        }
        readEnd = Descriptor(owning: ends.0)
        writeEnd = Descriptor(owning: ends.1)
    }
}
