import CLinux
import Glibc

/// A stretch of a file that holds bytes, or that holds nothing and reads as zeros.
public struct FileExtent: Hashable, Sendable {
    public let isHole: Bool
    /// In bytes.
    public let length: UInt64

    public init(isHole: Bool, length: UInt64) { (self.isHole, self.length) = (isHole, length) }
}

extension Descriptor {
    /// What the file has from a place on: data or a hole, up to where that changes; nil at its end. Where the file system
    /// doesn't know, all is data.
    public func extent(at offset: UInt64) throws(SystemError) -> FileExtent? {
        let size = try status().size
        guard offset < size else { return nil }
        guard let data = try seek(offset, Int32(CLINUX_SEEK_DATA)) else {
            return FileExtent(isHole: true, length: size - offset)
        }
        if data > offset { return FileExtent(isHole: true, length: data - offset) }
        let end = try seek(offset, Int32(CLINUX_SEEK_HOLE)) ?? size
        return FileExtent(isHole: false, length: max(1, end - min(end, offset)))
    }

    private func seek(_ offset: UInt64, _ what: Int32) throws(SystemError) -> UInt64? {
        let place = lseek(rawValue, off_t(clamping: offset), what)
        if place >= 0 { return UInt64(place) }
        switch Glibc.errno {
        case ENXIO: return nil
        case EINVAL: return what == Int32(CLINUX_SEEK_DATA) ? offset : nil
        default: throw .current("lseek")
        }
    }

    /// Gives a stretch of the file its room on the disk; the file grows where it ends earlier. Where the file system can't,
    /// the C library writes zeros.
    public func allocate(_ length: UInt64, at offset: UInt64 = 0) throws(SystemError) {
        guard length > 0 else { return }
        let number = posix_fallocate(rawValue, off_t(clamping: offset), off_t(clamping: length))
        if number != 0 { throw SystemError(call: "fallocate", errno: number) }
    }

    /// Shares the blocks of another file, where the file system can; `EOPNOTSUPP` or the like where it can't.
    public func shareBlocks(of other: Descriptor) throws(SystemError) {
        try checked("ioctl") { clinux_clone_file(rawValue, other.rawValue) }
    }
}

extension Descriptor {
    /// Has a stretch of the file read as zeros; the file's length stays. What the file system can't give back is written over.
    public func clear(_ length: UInt64, at offset: UInt64) throws(SystemError) {
        let mode = Int32(CLINUX_FALLOC_PUNCH_HOLE) | Int32(CLINUX_FALLOC_KEEP_SIZE)
        if clinux_fallocate(rawValue, mode, off_t(clamping: offset), off_t(clamping: length)) == 0 { return }
        guard [EOPNOTSUPP, ENOSYS, EINVAL, ENODEV].contains(Glibc.errno) else { throw .current("fallocate") }
        try writeZeros(length, at: offset)
    }

    /// Writes zeros over a stretch of the file.
    public func writeZeros(_ length: UInt64, at offset: UInt64) throws(SystemError) {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var done: UInt64 = 0
        while done < length {
            let count = min(UInt64(zeros.count), length - done)
            try write(
                count == UInt64(zeros.count) ? zeros : Array(zeros.prefix(Int(count))), at: offset + done)
            done += count
        }
    }
}
