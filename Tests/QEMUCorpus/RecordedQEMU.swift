import Foundation
import QEMUModel
import Synchronization

/// What QEMUs answered when they were probed: the project's own recordings, for tests that need no others.
package enum RecordedQEMU: String, CaseIterable, Sendable {
    /// Debian 12's QEMU 7.2 for x86_64, on a host with KVM.
    case x86 = "7.2-x86_64"
    /// Debian 13's QEMU 10.0, on the same host.
    case newX86 = "10.0-x86_64"
    case aarch64 = "10.0-aarch64"
    case ppc64 = "10.0-ppc64"
    case riscv64 = "10.0-riscv64"
    case s390x = "10.0-s390x"

    package var architecture: String { String(rawValue.drop { $0 != "-" }.dropFirst()) }
    package var emulator: String { "/usr/bin/qemu-system-" + architecture }

    /// The newest of an architecture.
    package static func newest(_ architecture: String) -> RecordedQEMU? {
        allCases.last { $0.architecture == architecture }
    }

    private static let known = Mutex<[RecordedQEMU: QEMUCapabilities]>([:])

    /// What it can do.
    package func capabilities() throws -> QEMUCapabilities {
        if let found = Self.known.withLock({ $0[self] }) { return found }
        let capabilities = try QEMUCapabilities(emulator: emulator, exchanges: exchanges())
        Self.known.withLock { $0[self] = capabilities }
        return capabilities
    }

    /// What it was asked, and what it answered.
    package func exchanges() throws -> [QEMUExchange] {
        let text = try Data(contentsOf: Self.documents.appendingPathComponent("qemu/\(rawValue).replies"))
        return try QEMUExchange.recorded(in: text)
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

    package static let documents = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Documents")
}
