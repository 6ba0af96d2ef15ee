import JSON
import LinuxSystem
import QEMUModel

/// Answers of QEMU binaries, kept in a folder: one file a binary, with what the answers depend on in front.
/// A file that is damaged or out of date is as good as none.
struct QEMUProbeCache: Sendable {
    /// The folder; it is made when the first file is written.
    let folder: String

    /// The answers for a key, if they are there; may wait on the disk.
    func exchanges(for key: QEMUProbeKey, _ extent: QEMUProbeExtent) -> [QEMUExchange]? {
        guard let bytes = try? FileSystem.read(path(for: key, extent), limit: 64 << 20),
            let end = bytes.firstIndex(of: 0x0A),
            let head = try? JSONValue(parsing: bytes[..<end]), head == key.document
        else { return nil }
        return try? QEMUExchange.recorded(in: bytes[end...])
    }

    /// Keeps answers; may wait on the disk.
    func store(
        _ exchanges: [QEMUExchange], for key: QEMUProbeKey, _ extent: QEMUProbeExtent
    ) throws(SystemError) {
        try FileSystem.makeDirectory(folder, mode: 0o755, parents: true)
        let bytes = key.document.encoded + [0x0A] + QEMUExchange.record(exchanges)
        try FileSystem.replace(path(for: key, extent), with: bytes)
    }

    /// Binaries with one name in several folders have files of their own.
    private func path(for key: QEMUProbeKey, _ extent: QEMUProbeExtent) -> String {
        let hash = key.emulator.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return
            "\(folder)/\(FileSystem.lastPart(of: key.emulator))-\(hex(hash, 16))\(extent == .summary ? ".summary" : "").json"
    }
}
