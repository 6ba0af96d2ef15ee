import Foundation
import QEMUModel

/// What one QEMU answered when it was probed: the project's own recording, for tests that need no other.
package enum RecordedQEMU {
    /// Debian 12's QEMU 7.2 for x86_64, on a host with KVM.
    package static let capabilities = Result {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../Documents/qemu/7.2-x86_64.replies")
        return try QEMUCapabilities(
            emulator: emulator, exchanges: QEMUExchange.recorded(in: try Data(contentsOf: path)),
            hostHasHVF: false)
    }

    package static let emulator = "/usr/bin/qemu-system-x86_64"
}
