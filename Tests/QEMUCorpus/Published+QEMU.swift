import PublishedData
import QEMUModel
import Synchronization

extension Published {
    private static let known = Mutex<[String: QEMUCapabilities]>([:])

    /// What a recorded QEMU can do: `10.0.0_x86_64`.
    package static func capabilities(_ name: String) throws -> QEMUCapabilities? {
        if let found = known.withLock({ $0[name] }) { return found }
        guard let text = bytes("support/qemucapabilitiesdata/caps_\(name).replies") else { return nil }
        let architecture = name.drop { $0 != "_" }.dropFirst().prefix { $0 != "+" }
        let emulator = "/usr/bin/qemu-system-" + (architecture == "armv7l" ? "arm" : architecture)
        let capabilities = try QEMUCapabilities(
            emulator: emulator, exchanges: QEMUExchange.recorded(in: text), hostHasHVF: name.hasSuffix("+hvf")
        )
        known.withLock { $0[name] = capabilities }
        return capabilities
    }
}
