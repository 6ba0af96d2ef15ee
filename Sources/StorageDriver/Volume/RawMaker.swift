import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// Makes a raw volume: empty, or with the content of another one.
struct RawMaker: Sendable {
    private let record: PartRecords.Record
    private let volume: StorageVolumeDefinition
    private let source: String?
    private let final: String
    private let sharesBlocks: Bool

    /// How many bytes are looked at at once: what is all zeros isn't written.
    private static let piece: UInt64 = 1 << 20

    init(_ record: PartRecords.Record, _ order: VolumeOrder, final: String) {
        (self.record, volume, source, self.final) = (record, order.volume, order.source?.target.path, final)
        sharesBlocks = order.flags.contains(.reflink)
    }

    func run() async throws(VirtError) {
        try await Blocking.run { () throws(VirtError) in try make() }
    }

    private func make() throws(VirtError) {
        let file = try VirtError.reporting("Failed to create file '\(final)'", from: .storage) {
            () throws(SystemError) in
            try Folder(record.folder).open(record.part.text, [.readWrite, .create, .exclusive])
        }
        let capacity = volume.capacity?.bytes ?? 0
        let allocation = volume.allocation?.bytes ?? capacity
        try VirtError.reporting("cannot extend file '\(final)'", from: .storage) { () throws(SystemError) in
            guard capacity <= UInt64(Int64.max) else {
                throw SystemError(call: "ftruncate", errno: 27, context: final)
            }
            try file.setLength(capacity)
        }
        // What is copied is as sparse as its source, unless all of it is to have its room.
        if allocation > 0, !sharesBlocks, source == nil || allocation >= capacity {
            try VirtError.reporting(
                "cannot allocate \(allocation) bytes in file '\(final)'", from: .storage
            ) { () throws(SystemError) in try file.allocate(allocation) }
        }
        if let source { try copy(source, to: file, capacity) }
    }

    /// Writes what a raw volume holds onto a device that is there.
    static func fill(_ device: String, from source: String) async throws(VirtError) {
        try await Blocking.run { () throws(VirtError) in
            let from = try VirtError.reporting("could not open input path '\(source)'", from: .storage) {
                () throws(SystemError) in
                try FileSystem.open(source, [.readOnly, .nonBlocking], links: .trusted)
            }
            try VirtError.reporting("failed to copy '\(source)' to '\(device)'", from: .storage) {
                () throws(SystemError) in
                let file = try DeviceFacts.open(device, .readWrite)
                // What was there before isn't zeros.
                try copy(from, to: file, skipsZeros: false)
                try file.synchronize()
            }
        }
    }

    private func copy(_ source: String, to file: Descriptor, _ capacity: UInt64) throws(VirtError) {
        let from = try VirtError.reporting("could not open input path '\(source)'", from: .storage) {
            () throws(SystemError) in
            try FileSystem.open(source, [.readOnly, .nonBlocking], links: .trusted)
        }
        if sharesBlocks {
            return try VirtError.reporting("failed to clone files from '\(source)'", from: .storage) {
                () throws(SystemError) in try file.shareBlocks(of: from)
            }
        }
        try VirtError.reporting("failed to copy '\(source)' to '\(final)'", from: .storage) {
            () throws(SystemError) in try Self.copy(from, to: file)
        }
        try VirtError.reporting("cannot extend file '\(final)'", from: .storage) { () throws(SystemError) in
            if try file.status().size < capacity { try file.setLength(capacity) }
        }
    }

    /// Copies what isn't a hole, and isn't all zeros.
    private static func copy(
        _ from: Descriptor, to file: Descriptor, skipsZeros: Bool = true
    ) throws(SystemError) {
        let isDevice = try from.status().kind == .blockDevice
        let length = try from.length()
        var offset: UInt64 = 0
        while offset < length {
            let extent =
                isDevice ? FileExtent(isHole: false, length: length - offset) : try from.extent(at: offset)
            guard let extent else { return }
            if extent.isHole {
                if !skipsZeros { try file.writeZeros(extent.length, at: offset) }
                offset += extent.length
                continue
            }
            let bytes = try from.read(at: offset, atMost: Int(min(piece, extent.length)))
            if bytes.isEmpty { return }
            if !skipsZeros || !bytes.isAllZero { try file.write(bytes, at: offset) }
            offset += UInt64(bytes.count)
        }
    }
}

extension [UInt8] {
    /// Whether every byte is zero.
    fileprivate var isAllZero: Bool {
        withUnsafeBytes { bytes in
            let words = bytes.count / 8
            for index in 0..<words
            where bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) != 0 { return false }
            return bytes[(words * 8)...].allSatisfy { $0 == 0 }
        }
    }
}
