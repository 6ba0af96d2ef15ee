import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension LocalVolume {
    func upload(
        offset: UInt64, length: UInt64, flags: StorageVolUploadFlags
    ) async throws(VirtError) -> any DataStream {
        try flags.require(.sparseStream, in: "storageVolUpload", from: .storage)
        let pool = try activePool()
        let volume = try known(in: pool)
        try pool.definition.backend(driver).requireLocal(to: "volume upload")
        try volume.requireIdle()
        try await driver.requireUnused(volume)
        let (driver, poolReference) = (driver, pool.reference)
        return try await stream(
            volume, in: pool, offset, length, isSparse: flags.contains(.sparseStream), isWriter: true
        ) {
            // What the volume is now may be something else.
            Task { try? await driver.refresh(poolReference) }
        }
    }

    func download(
        offset: UInt64, length: UInt64, flags: StorageVolDownloadFlags
    ) async throws(VirtError) -> any DataStream {
        try flags.require(.sparseStream, in: "storageVolDownload", from: .storage)
        let pool = try activePool()
        let volume = try known(in: pool)
        try pool.definition.backend(driver).requireLocal(to: "volume download")
        try volume.requireWhole()
        return try await stream(
            volume, in: pool, offset, length, isSparse: flags.contains(.sparseStream), isWriter: false
        ) {}
    }

    private func stream(
        _ volume: StoredVolume, in pool: LocalPool, _ offset: UInt64, _ length: UInt64, isSparse: Bool,
        isWriter: Bool, then: @escaping @Sendable () -> Void
    ) async throws(VirtError) -> any DataStream {
        let (path, name, driver) = (volume.path, volume.definition.name, driver)
        if isWriter { try driver.begin(name, in: pool) }
        do throws(SystemError) {
            let file = try await Blocking.run { () throws(SystemError) in
                try Self.open(path, [isWriter ? .writeOnly : .readOnly])
            }
            return FileStream(
                file, at: path, offset: offset, length: length, isSparse: isSparse, isWriter: isWriter
            ) {
                if isWriter { driver.end(name, in: pool) }
                then()
            }
        } catch {
            if isWriter { driver.end(name, in: pool) }
            throw VirtError(error, "Unable to open stream for '\(path)'", from: .streams)
        }
    }
}
