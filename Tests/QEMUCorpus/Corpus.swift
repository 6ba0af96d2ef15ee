import Foundation
import QEMUModel
import Synchronization

/// The published test data that conformance is measured by; found by `ROOST_CORPUS`.
package enum Corpus {
    package static let root: String? = {
        let path = ProcessInfo.processInfo.environment["ROOST_CORPUS"] ?? "../shared/corpus"
        let isThere = FileManager.default.fileExists(atPath: path)
        if !isThere { print("no corpus at \(path): its tests are skipped (set ROOST_CORPUS)") }
        return isThere ? path : nil
    }()

    package static var isAbsent: Bool { root == nil }
    package static var isPresent: Bool { root != nil }

    package static func bytes(_ path: String) -> [UInt8]? {
        guard let root, let data = FileManager.default.contents(atPath: root + "/" + path) else { return nil }
        return Array(data)
    }

    package static func text(_ path: String) -> String? {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }

    package static func names(in folder: String) -> [String] {
        guard let root else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []).sorted()
    }

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
