import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension LocalVolume {
    // MARK: Resize

    func resize(capacity: UInt64, flags: StorageVolResizeFlags) async throws(VirtError) {
        if capacity == 0, flags.isDisjoint(with: [.delta, .shrink]) {
            throw VirtError.refused(
                "virStorageVolResize", "capacity",
                "capacity in virStorageVolResize cannot be zero without 'delta' or 'shrink' flags set",
                from: .storage)
        }
        try flags.require([.allocate, .delta, .shrink], in: "storageVolResize", from: .storage)
        let pool = try activePool()
        let volume = try known(in: pool)
        try volume.requireIdle()
        try await driver.using(volume, in: pool) { (volume) async throws(VirtError) in
            let size = try newSize(of: volume, capacity, flags, in: pool)
            if size < volume.definition.capacity?.bytes ?? 0 { try await driver.requireUnused(volume) }
            try await pool.definition.backend(driver).resize(volume, to: size, flags)
            if !pool.definition.type.isFolder { return try await driver.refresh(pool.reference) }
            let before = volume.definition.allocation?.bytes ?? 0
            if let now = try? await driver.current(volume.definition.name, in: pool) {
                var definition = now.definition
                definition.capacity = ByteSize(bytes: size)
                try note(definition, in: pool)
                pool.content.count(allocation: definition.allocation?.bytes ?? 0, insteadOf: before)
            }
        }
    }

    /// How many bytes the volume is to have; libvirt's rules, in its order.
    private func newSize(
        of volume: StoredVolume, _ wanted: UInt64, _ flags: StorageVolResizeFlags, in pool: LocalPool
    ) throws(VirtError) -> UInt64 {
        let capacity = volume.definition.capacity?.bytes ?? 0
        let allocation = volume.definition.allocation?.bytes ?? 0
        var size = wanted
        if flags.contains(.delta) {
            size = flags.contains(.shrink) ? capacity - min(capacity, wanted) : capacity &+ wanted
        }
        if size < allocation {
            throw VirtError(.invalidArg, "can't shrink capacity below existing allocation", from: .storage)
        }
        if size < capacity, !flags.contains(.shrink) {
            throw VirtError(
                .invalidArg,
                "Can't shrink capacity below current capacity unless shrink flag explicitly specified",
                from: .storage)
        }
        if flags.contains(.allocate), size - allocation > pool.content.sizes.available {
            throw VirtError(.operationFailed, "Not enough space left in storage pool", from: .storage)
        }
        return size
    }

    /// Puts down what a volume is now.
    private func note(_ definition: StorageVolumeDefinition, in pool: LocalPool) throws(VirtError) {
        try pool.content.change(definition.name) { (volume) throws(VirtError) in
            (volume.definition, volume.stamp) = (definition, nil)
        }
    }

    /// Opens a volume's file, never by a link of others.
    static func open(_ path: String, _ options: OpenOptions) throws(SystemError) -> Descriptor {
        let file = try FileSystem.open(path, [options, .nonBlocking], links: .trusted)
        switch try file.status().kind {
        case .regular, .blockDevice: return file
        case .directory: throw SystemError(call: "open", errno: 21, context: path)
        default: throw SystemError(call: "open", errno: 22, context: path)
        }
    }

    // MARK: Wipe

    func wipe(flags: UInt32) async throws(VirtError) { try await wipePattern(algorithm: 0, flags: flags) }

    func wipePattern(algorithm: UInt32, flags: UInt32) async throws(VirtError) {
        try flags.require(in: "storageVolWipePattern", from: .storage)
        let patterns = [
            "zero", "nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7", "pfitzner33", "random", "trim",
        ]
        guard algorithm < patterns.count else {
            throw VirtError(.invalidArg, "wiping algorithm \(algorithm) not supported", from: .storage)
        }
        let pool = try activePool()
        let (volume, pattern) = (try known(in: pool), patterns[Int(algorithm)])
        try pool.definition.backend(driver).requireLocal(to: "volume wiping")
        try volume.requireIdle()
        try await driver.requireUnused(volume)
        try await driver.using(volume, in: pool) { (volume) async throws(VirtError) in
            switch pattern {
            case "zero": try await zero(volume.path)
            case "trim":
                throw VirtError(.argumentUnsupported, "'trim' algorithm not supported", from: .storage)
            default:
                let words = ["-f", "-p", pattern, volume.path]
                try await driver.run(ProgramTask("scrub", words, patience: .seconds(7 * 24 * 3600)))
            }
            let now = try await driver.current(volume.definition.name, in: pool)
            try note(now.definition, in: pool)
        }
    }

    /// Has all of a file read as zeros. What holds no room on the disk is let go, all else is written over.
    private func zero(_ path: String) async throws(VirtError) {
        try await Blocking.run { () throws(VirtError) in
            let file = try VirtError.reporting(
                "Failed to open storage volume with path '\(path)'", from: .storage
            ) { () throws(SystemError) in try Self.open(path, [.readWrite]) }
            try VirtError.reporting("Failed to write to storage volume with path '\(path)'", from: .storage) {
                () throws(SystemError) in
                let length = try file.length()
                var offset: UInt64 = 0
                while offset < length, let extent = try Self.extent(of: file, at: offset, length) {
                    if !extent.isHole { try file.writeZeros(extent.length, at: offset) }
                    offset += extent.length
                }
                try file.synchronize()
            }
        }
    }

    private static func extent(
        of file: Descriptor, at offset: UInt64, _ length: UInt64
    ) throws(SystemError) -> FileExtent? {
        if try file.status().kind == .blockDevice {
            return FileExtent(isHole: false, length: length - offset)
        }
        return try file.extent(at: offset)
    }
}
