import Foundation
import QEMUModel
import Synchronization

/// What QEMUs answered when they were probed: the project's own recordings, for tests that need no others.
package enum RecordedQEMU: String, CaseIterable, Sendable {
    /// Debian 12's QEMU 7.2 for x86_64, on a host with KVM.
    case x86 = "7.2-x86_64"

    package var emulator: String { "/usr/bin/qemu-system-" + rawValue.drop { $0 != "-" }.dropFirst() }

    private static let known = Mutex<[RecordedQEMU: QEMUCapabilities]>([:])

    /// What it can do.
    package func capabilities() throws -> QEMUCapabilities {
        if let found = Self.known.withLock({ $0[self] }) { return found }
        let text = try Data(contentsOf: Self.documents.appendingPathComponent("qemu/\(rawValue).replies"))
        let capabilities = try QEMUCapabilities(
            emulator: emulator, exchanges: QEMUExchange.recorded(in: text), hostHasHVF: false)
        Self.known.withLock { $0[self] = capabilities }
        return capabilities
    }

    /// The firmware of a host that has one with Secure Boot and one without.
    package static let firmware: [FirmwareDescriptor] = {
        let folder = documents.appendingPathComponent("firmware")
        let files =
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.compactMap { file in
            (try? Data(contentsOf: file)).flatMap { FirmwareDescriptor(called: file.lastPathComponent, $0) }
        }
    }()

    private static let documents = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Documents")
}
