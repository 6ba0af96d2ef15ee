import Glibc

/// The layout of a control message (`cmsg(3)`), which the C library only has as macros.
enum ControlMessage {
    private static let alignment = MemoryLayout<Int>.size
    /// Length word, level and type.
    static let headerSize = MemoryLayout<Int>.size + 2 * MemoryLayout<Int32>.size
    /// The most descriptors that the kernel puts into one message.
    static let kernelLimit = 253

    static func aligned(_ size: Int) -> Int { (size + alignment - 1) / alignment * alignment }

    /// Room for a message with that many descriptors.
    static func space(descriptors: Int) -> Int {
        aligned(headerSize) + aligned(descriptors * MemoryLayout<Int32>.size)
    }

    /// Writes one SCM_RIGHTS message; `buffer` has `space(descriptors:)` bytes.
    static func write(_ numbers: [Int32], into buffer: UnsafeMutableRawBufferPointer) {
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        let length = aligned(headerSize) + numbers.count * MemoryLayout<Int32>.size
        buffer.storeBytes(of: length, as: Int.self)
        buffer.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
        buffer.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
        for (index, number) in numbers.enumerated() {
            buffer.storeBytes(of: number, toByteOffset: aligned(headerSize) + 4 * index, as: Int32.self)
        }
    }

    /// Takes over every descriptor in what the kernel wrote.
    static func descriptors(in buffer: UnsafeRawBufferPointer) -> [Descriptor] {
        var found: [Descriptor] = []
        var start = 0
        while start + headerSize <= buffer.count {
            let length = buffer.loadUnaligned(fromByteOffset: start, as: Int.self)
            guard length >= headerSize, length <= buffer.count - start else { break }
            let level = buffer.loadUnaligned(fromByteOffset: start + 8, as: Int32.self)
            let type = buffer.loadUnaligned(fromByteOffset: start + 12, as: Int32.self)
            if level == SOL_SOCKET, type == Int32(SCM_RIGHTS) {
                for offset in stride(from: start + aligned(headerSize), to: start + length - 3, by: 4) {
                    let number = buffer.loadUnaligned(fromByteOffset: offset, as: Int32.self)
                    found.append(Descriptor(owning: number))
                }
            }
            start += aligned(length)
        }
        return found
    }
}
