import LinuxSystem
import Roost
import Virt
import VirtDriver

extension [CommandOption] {
    fileprivate static func stream(to what: String) -> [CommandOption] {
        [
            .volume, .required("file", "file", complete: .path), .volumePool,
            .value("offset", "volume offset to \(what)", type: .number),
            .value("length", "amount of data to \(what)", type: .number),
            .flag("sparse", "preserve sparseness of volume"),
        ]
    }
}

extension Command {
    static let volUpload = Command(
        "vol-upload", "upload file contents to a volume", description: "Write a file's content to a volume.",
        options: .stream(to: "upload")
    ) { session, arguments in
        let (offset, length) = try arguments.part()
        let volume = try await session.volume(arguments)
        let (path, name) = (try arguments.required("file"), volume.reference.name)
        let file = try await Blocking.run { try? FileSystem.open(path) }
            .orThrow(Failure("cannot read \(path)"))
        let isSparse = arguments.has("sparse")
        let stream = try await explaining("cannot upload to volume \(name)") {
            try await volume.upload(offset: offset, length: length, flags: isSparse ? .sparseStream : [])
        }
        do {
            try await FileFlow(file, isSparse: isSparse).send(to: stream, atMost: length == 0 ? .max : length)
        } catch {
            await stream.abort()
            throw Failure("cannot send data to volume \(name)", because: error)
        }
        try await explaining("cannot close volume \(name)") { try await stream.finish() }
    }

    static let volDownload = Command(
        "vol-download", "download volume contents to a file",
        description: "Write a volume's content to a file.", options: .stream(to: "download")
    ) { session, arguments in
        let (offset, length) = try arguments.part()
        let volume = try await session.volume(arguments)
        let (path, name) = (try arguments.required("file"), volume.reference.name)
        let file = try await Blocking.run {
            try? FileSystem.open(path, [.writeOnly, .create, .truncate], mode: 0o666)
        }.orThrow(Failure("cannot create \(path)"))
        let isSparse = arguments.has("sparse")
        let stream = try await explaining("cannot download from volume \(name)") {
            try await volume.download(offset: offset, length: length, flags: isSparse ? .sparseStream : [])
        }
        do {
            try await FileFlow(file, isSparse: isSparse).receive(from: stream)
        } catch {
            await stream.abort()
            throw Failure("cannot receive data from volume \(name)", because: error)
        }
        try await explaining("cannot close stream on volume \(name)") { try await stream.finish() }
    }
}

extension Arguments {
    fileprivate func part() throws(Failure) -> (offset: UInt64, length: UInt64) {
        (try number("offset") ?? 0, try number("length") ?? 0)
    }
}

extension Optional where Wrapped: Sendable {
    func orThrow(_ failure: Failure) throws(Failure) -> Wrapped {
        guard let self else { throw failure }
        return self
    }
}

/// A file whose content goes into a stream, or comes from one.
struct FileFlow: Sendable {
    private let file: Descriptor
    private let isSparse: Bool

    private static let piece: UInt64 = 1 << 20

    init(_ file: Descriptor, isSparse: Bool) { (self.file, self.isSparse) = (file, isSparse) }

    func send(to stream: any DataStream, atMost limit: UInt64) async throws {
        var (offset, left) = (UInt64(0), limit)
        while left > 0 {
            let (start, most) = (offset, left)
            let next = try await Blocking.run { () throws(SystemError) in try piece(at: start, most) }
            guard let next else { return }
            try await stream.write(next)
            offset += next.byteCount
            left -= min(left, next.byteCount)
        }
    }

    private func piece(at offset: UInt64, _ most: UInt64) throws(SystemError) -> StreamPiece? {
        var count = min(most, Self.piece)
        if isSparse {
            guard let extent = try file.extent(at: offset) else { return nil }
            if extent.isHole { return .hole(length: Int64(clamping: min(most, extent.length))) }
            count = min(count, extent.length)
            let bytes = try file.read(at: offset, atMost: Int(count))
            return bytes.isEmpty ? nil : .data(bytes)
        }
        // A pipe has no places.
        let bytes = try file.readOnce(atMost: Int(count))
        return bytes.isEmpty ? nil : .data(bytes)
    }

    func receive(from stream: any DataStream) async throws {
        var offset: UInt64 = 0
        while let piece = try await stream.read() {
            let start = offset
            try await Blocking.run { () throws(SystemError) in
                switch piece {
                case .data(let bytes): try isSparse ? file.write(bytes, at: start) : file.writeAll(bytes)
                case .hole(let length): try file.setLength(start + UInt64(clamping: length))
                }
            }
            offset += piece.byteCount
        }
    }
}

extension StreamPiece {
    fileprivate var byteCount: UInt64 {
        switch self {
        case .data(let bytes): UInt64(bytes.count)
        case .hole(let length): UInt64(clamping: length)
        }
    }
}
