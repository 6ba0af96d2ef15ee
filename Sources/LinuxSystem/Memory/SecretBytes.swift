import Glibc

/// Bytes that nobody should find later: they have memory of their own, which is wiped before it is given back.
public final class SecretBytes: Sendable {
    // Never changed once it is made, so threads may share it; the compiler can't know that of a pointer.
    nonisolated(unsafe) private let buffer: UnsafeMutableRawBufferPointer

    /// A copy of `bytes`; wiping those is up to who has them.
    public init(_ bytes: some Collection<UInt8>) {
        buffer = .allocate(byteCount: bytes.count, alignment: 16)
        buffer.copyBytes(from: bytes)
    }

    /// As many bytes as `count`, which `fill` writes.
    public init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        buffer = .allocate(byteCount: count, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        fill(buffer)
    }

    deinit {
        Self.wipe(buffer)
        buffer.deallocate()
    }

    public var count: Int { buffer.count }

    /// Lends the bytes; they must not be kept.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(buffer))
    }

    /// Overwrites memory in a way that no compiler leaves out.
    public static func wipe(_ memory: UnsafeMutableRawBufferPointer) {
        if let start = memory.baseAddress { explicit_bzero(start, memory.count) }
    }

    /// Overwrites a list, if nobody else holds it: otherwise the copy that this makes is overwritten, which is why
    /// secrets are kept in lists only on their way.
    public static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { wipe($0) }
    }
}

extension SecretBytes: CustomStringConvertible {
    /// Says nothing of the bytes, wherever it is printed.
    public var description: String { "(secret)" }
}
