import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// A file system of a device or of a server, mounted on a folder of the host.
struct MountedPool: FolderBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver
    private let folder: DirectoryPool

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) {
        (self.pool, self.driver, folder) = (pool, driver, DirectoryPool(pool, driver))
    }

    private var device: String? { pool.type == .fs ? pool.source.devices.first?.path : nil }

    /// How long a mount may take: the server may not answer.
    private static let patience = Duration.seconds(60)

    // MARK: Start and stop

    func start() async throws(VirtError) {
        if await isThere() { return }
        try await driver.run(ProgramTask("mount", MountCommand.mount(pool), patience: Self.patience))
    }

    func stop() async throws(VirtError) {
        guard await isThere() else { return }
        try await driver.run(ProgramTask("umount", [path], patience: Self.patience))
    }

    /// Whether the pool's own is mounted there, as the kernel says.
    func isThere() async -> Bool {
        let (source, path) = (MountCommand.source(of: pool), path)
        return await Blocking.run {
            guard let table = try? FileSystem.readText("/proc/self/mounts", limit: 16 << 20) else {
                return false
            }
            return table.split(atByte: "\n").contains { line in
                let words = line.splitAtBlanks().map { Self.plain($0) }
                return words.count > 1 && words[0].hasSameBytes(as: source) && words[1].hasSameBytes(as: path)
            }
        }
    }

    /// A word of the table of mounts: blanks and the like stand there as `\040`.
    static func plain(_ word: some StringProtocol) -> String {
        var (bytes, rest) = ([UInt8](), Array(word.utf8)[...])
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            guard byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Build and delete

    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError) {
        try flags.refuseContradiction()
        try flags.require([.overwrite, .noOverwrite], in: "virStorageBackendFileSystemBuild", from: .storage)
        try await folder.makeFolder()
        if flags.isDisjoint(with: [.overwrite, .noOverwrite]) { return }
        guard let device else {
            throw VirtError(
                .operationInvalid, "No source device specified when formatting pool '\(pool.name)'",
                from: .storage)
        }
        guard await Blocking.run({ FileSystem.exists(device) }) else {
            throw VirtError(
                .operationInvalid, "Source device does not exist when formatting pool '\(pool.name)'",
                from: .storage)
        }
        let format = pool.source.format ?? "auto"
        if flags.contains(.noOverwrite) { try await driver.requireEmpty(device, for: format) }
        let words = MountCommand.make(format, on: device)
        try await driver.run(ProgramTask("mkfs", words, patience: .seconds(3600)))
    }

    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError) { try await folder.delete(flags) }

    func findSources(_ question: PoolSource?) async throws(VirtError) -> [PoolSource] {
        guard pool.type == .netfs else { throw noDiscovery }
        guard let host = question?.hosts.first?.name else {
            throw VirtError(.invalidArg, "hostname must be specified for netfs sources", from: .storage)
        }
        return try await SharedFolders(host: host).sources()
    }
}
