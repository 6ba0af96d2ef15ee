import Foundation
import LinuxSystem
import Testing

@testable import QEMUDriver

private let binary = "/usr/bin/qemu-system-x86_64"
private let isInstalled = FileManager.default.isExecutableFile(atPath: binary)

private func temporaryFolder() -> String {
    let path = FileManager.default.temporaryDirectory.path + "/roost-probe-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}

@Suite struct QEMUProberTests {
    @Test(
        "a real binary is probed, and the second time answers come from the cache", .enabled(if: isInstalled))
    func real() async throws {
        let folder = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try await QEMUProber(cache: folder).capabilities(of: binary)
        #expect(first.architecture == "x86_64")
        #expect(first.accelerations[.tcg]?.machine(named: "q35") != nil)
        #expect(first.has("virtio-blk-pci", "num-queues"))
        // A prober that can start nothing has only the cache.
        let second = QEMUProber(cache: folder) { orders in
            var orders = orders
            orders.program = "/nonexistent"
            return orders
        }
        #expect(try await second.capabilities(of: binary) == first)
        await #expect(throws: QEMUProbeError.self) {
            try await QEMUProber(cache: folder + "/other") { orders in
                var orders = orders
                orders.program = "/nonexistent"
                return orders
            }.capabilities(of: binary)
        }
    }

    @Test("a missing binary and one that is no QEMU are named")
    func broken() async throws {
        let folder = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let results = await QEMUProber(cache: folder).capabilities(of: [
            "/bin/false", "/no/qemu", "/etc/passwd",
        ])
        #expect(results["/no/qemu"] == .failure(.missing(emulator: "/no/qemu")))
        #expect(results["/etc/passwd"] == .failure(.notExecutable(emulator: "/etc/passwd")))
        guard case .failure(let error) = results["/bin/false"] else {
            Issue.record("/bin/false is no QEMU")
            return
        }
        #expect("\(error)".hasPrefix("QEMU binary /bin/false ended"))
    }
}
