import ByteText
import CLinux
import Glibc

extension ThisProcess {
    /// Has all threads share one heap. Each with its own would keep what it once needed at its busiest: a daemon
    /// that is idle most of the time is better off without. To be called before there are other threads.
    public static func shareHeap() { _ = mallopt(M_ARENA_MAX, 1) }

    /// How much of the heap is free and not given back.
    public static var freeHeapBytes: Int { Int(clamping: mallinfo2().fordblks) }

    /// Gives back what is free of the heap.
    public static func trimHeap() { _ = malloc_trim(0) }

    /// Gives back memory that is seldom needed again, for after starting and after work that is done once: what was
    /// freed, and the pages of code, which come from their files again as they are used.
    public static func returnMemory() {
        trimHeap()
        let maps = (try? FileSystem.readText("/proc/self/maps", limit: 4 << 20)) ?? ""
        for line in maps.split(atByte: "\n") {
            guard let code = codeRange(line) else { continue }
            _ = madvise(
                UnsafeMutableRawPointer(bitPattern: code.lowerBound), code.count, Int32(MADV_DONTNEED))
        }
    }

    /// The addresses of a line such as `7f12a000-7f12f000 r-xp 00001000 08:01 4711 /usr/lib/libc.so.6`, if it is
    /// code from a file: nothing has changed it since, so it can be read again.
    static func codeRange(_ line: Substring) -> Range<UInt>? {
        let words = line.split(atByte: " ", omittingEmptySubsequences: true)
        guard words.count >= 6, words[1] == "r-xp", words[5].hasBytePrefix("/") else { return nil }
        let bounds = words[0].split(atByte: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
