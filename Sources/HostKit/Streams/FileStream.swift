import LinuxSystem
import Synchronization
import Virt
import VirtDriver

/// A stream over a file or a block device, from a place on: a hole in the file is a hole in the stream, where the other side
/// understands that, and the other way round.
public final class FileStream: DataStream {
    private let file: Descriptor
    private let path: String
    private let isSparse: Bool
    private let isWriter: Bool
    private let state: Mutex<State>

    private struct State {
        var offset: UInt64
        /// How many bytes may still pass; nil for any number.
        var left: UInt64?
        var onClose: (@Sendable () -> Void)?
    }

    /// How many bytes one piece has at most.
    private static let pieceSize: UInt64 = 256 << 10

    /// - Parameters:
    ///   - path: where the file is, for messages.
    ///   - length: how many bytes pass at most; 0 for all.
    ///   - onClose: is called once, when the stream is over.
    public init(
        _ file: Descriptor, at path: String, offset: UInt64, length: UInt64, isSparse: Bool, isWriter: Bool,
        onClose: @escaping @Sendable () -> Void
    ) {
        (self.file, self.path, self.isSparse, self.isWriter) = (file, path, isSparse, isWriter)
        state = Mutex(State(offset: offset, left: length == 0 ? nil : length, onClose: onClose))
    }

    // MARK: Out

    public func read() async throws(VirtError) -> StreamPiece? {
        // Nothing comes from what is written to, and its end is the writer's.
        if isWriter { return await never() }
        let (offset, left) = state.withLock { ($0.offset, $0.left) }
        if left == 0 { return nil }
        let (file, isSparse, most) = (file, isSparse, left ?? .max)
        let piece = try await reporting("Unable to read from stream") { () throws(SystemError) in
            try Self.piece(of: file, at: offset, most, isSparse)
        }
        guard let piece else { return nil }
        pass(piece.length)
        return piece
    }

    private static func piece(
        of file: Descriptor, at offset: UInt64, _ most: UInt64, _ isSparse: Bool
    ) throws(SystemError) -> StreamPiece? {
        var count = min(most, pieceSize)
        if isSparse {
            guard let extent = try file.extent(at: offset) else { return nil }
            if extent.isHole { return .hole(length: Int64(clamping: min(most, extent.length))) }
            count = min(count, extent.length)
        }
        let bytes = try file.read(at: offset, atMost: Int(count))
        return bytes.isEmpty ? nil : .data(bytes)
    }

    private func never() async -> StreamPiece? {
        let (nothing, source) = AsyncStream.makeStream(of: Never.self)
        for await _ in nothing {}
        withExtendedLifetime(source) {}
        return nil
    }

    // MARK: In

    public func write(_ piece: StreamPiece) async throws(VirtError) {
        if !isWriter {
            throw VirtError(.operationInvalid, "stream is not open for writing", from: .streams)
        }
        let (offset, left) = state.withLock { ($0.offset, $0.left) }
        if let left, piece.length > left {
            throw VirtError(
                .operationFailed, "'\(path)' was to get no more than \(left) bytes here", from: .streams)
        }
        let file = file
        try await reporting("Unable to write to stream") { () throws(SystemError) in
            switch piece {
            case .data(let bytes): try file.write(bytes, at: offset)
            case .hole(let length): try file.makeHole(UInt64(clamping: length), at: offset)
            }
        }
        pass(piece.length)
    }

    public func finish() async throws(VirtError) {
        let (file, isWriter) = (file, isWriter)
        defer { close() }
        try await reporting("cannot close '\(path)'") { () throws(SystemError) in
            if isWriter { try file.synchronize() }
        }
    }

    public func abort() async { close() }

    private func close() {
        let body = state.withLock { state in
            defer { state.onClose = nil }
            return state.onClose
        }
        body?()
    }

    private func pass(_ count: UInt64) {
        state.withLock { state in
            state.offset &+= count
            if let left = state.left { state.left = left - min(left, count) }
        }
    }

    private func reporting<Value: Sendable>(
        _ what: String, _ body: @escaping @Sendable () throws(SystemError) -> Value
    ) async throws(VirtError) -> Value {
        do throws(SystemError) { return try await Blocking.run(body) } catch {
            throw VirtError(
                code: .systemError, domain: .streams, message: "\(what): \(error.reason)", string1: "%s",
                string2: what, integer1: error.errno)
        }
    }
}

extension StreamPiece {
    /// How many bytes it stands for.
    fileprivate var length: UInt64 {
        switch self {
        case .data(let bytes): UInt64(bytes.count)
        case .hole(let length): UInt64(clamping: length)
        }
    }
}

extension Descriptor {
    /// Has a stretch of the file read as zeros, with no room on the disk where the file system can; the file grows where it
    /// ends earlier.
    fileprivate func makeHole(_ length: UInt64, at offset: UInt64) throws(SystemError) {
        let end = offset &+ length
        let size = try status().size
        if offset < size { try clear(min(length, size - offset), at: offset) }
        if end > size { try setLength(end) }
    }
}
