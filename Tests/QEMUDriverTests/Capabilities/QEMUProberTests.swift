import Foundation
import LinuxSystem
import PublishedData
import Synchronization
import Testing

@testable import QEMUDriver
@testable import QEMUModel

private let real = "/usr/bin/qemu-system-x86_64"
private let isInstalled = FileManager.default.isExecutableFile(atPath: real)

/// How often binaries are run is counted by the binaries themselves.
@Suite struct QEMUProberTests {
    @Test("a real binary is probed, and summed up", .needs(isInstalled, "no \(real) is installed"))
    func realBinary() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let prober = QEMUProber(cache: fakes.cache)
        let summary = try await prober.summary(of: real)
        let whole = try await prober.capabilities(of: real)
        #expect(whole.architecture == "x86_64")
        #expect(whole.accelerations[.tcg]?.machine(named: "q35") != nil)
        #expect(whole.has("virtio-blk-pci", "num-queues"))
        #expect(summary.architecture == "x86_64")
        #expect(summary.accelerators == Set(whole.accelerations.keys))
        #expect(
            summary.machines == whole.accelerations[.kvm]?.machines ?? whole.accelerations[.tcg]?.machines)
        // A summary of all answers is the same.
        #expect(try await QEMUProber(cache: fakes.cache).summary(of: real) == summary)
    }

    @Test("each binary is run once, though many ask at the same time; by a prober that comes later never")
    func once() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let names = (0..<6).map { "qemu\($0)" }
        let paths = try names.map { try fakes.binary($0) }
        func ask(_ prober: QEMUProber) async throws {
            try await withThrowingTaskGroup(of: String.self) { group in
                for path in Array(repeating: paths, count: 8).joined() {
                    group.addTask { try await prober.capabilities(of: path).emulator }
                }
                var asked: [String: Int] = [:]
                for try await path in group { asked[path, default: 0] += 1 }
                #expect(asked == Dictionary(uniqueKeysWithValues: paths.map { ($0, 8) }))
            }
        }
        let prober = fakes.prober()
        try await ask(prober)
        #expect(names.map(fakes.runs) == names.map { _ in 1 })
        try await ask(prober)
        let later = fakes.prober()
        try await ask(later)
        // All answers tell what the summary does.
        #expect(await later.summaries(of: Set(paths)).values.allSatisfy { (try? $0.get()) != nil })
        #expect(names.map(fakes.runs) == names.map { _ in 1 })
    }

    @Test("a summary is one run, and is kept as well")
    func summary() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let path = try fakes.binary("qemu")
        let prober = fakes.prober()
        async let first = prober.summary(of: path)
        async let second = prober.summary(of: path)
        #expect(try await first == second)
        #expect(try await fakes.prober().summary(of: path) == first)
        #expect(fakes.runs("qemu") == 1)
    }

    @Test("binaries run side by side: each answers only when another one runs that is named before it")
    func sideBySide() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let count = 12
        for number in 0..<count { #expect(mkfifo("\(fakes.folder)/gate\(number)", 0o600) == 0) }
        let paths = try (0..<count).map { number in
            let next = (number + 1) % count
            return try fakes.binary(
                "qemu\(number)",
                first: """
                    exec 4<>'\(fakes.folder)/gate\(number)' 5<>'\(fakes.folder)/gate\(next)'
                    echo go >&5
                    read -r word <&4
                    """)
        }
        let results = await fakes.prober().summaries(of: Set(paths))
        #expect(results.count == count)
        for (path, result) in results {
            #expect(throws: Never.self, "\(path)") { try result.get() }
        }
    }

    @Test("a binary that has changed is probed again, by a prober that knew it too")
    func changedBinary() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let path = try fakes.binary("qemu")
        let prober = fakes.prober()
        _ = try await prober.capabilities(of: path)
        // Another size.
        _ = try fakes.binary("qemu", first: "# grown")
        _ = try await prober.capabilities(of: path)
        #expect(fakes.runs("qemu") == 2)
        // The same size, another time.
        let past = Date(timeIntervalSince1970: 1_000_000)
        try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: path)
        _ = try await prober.capabilities(of: path)
        _ = try await fakes.prober().capabilities(of: path)
        #expect(fakes.runs("qemu") == 3)
    }

    @Test("what changes in the host has binaries probed again, while the daemon runs and after")
    func changedHost() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let path = try fakes.binary("qemu")
        let host = HostBox()
        let prober = fakes.prober { host.now }
        _ = try await prober.capabilities(of: path)
        let changes: [@Sendable (inout QEMUProbeHost) -> Void] = [
            { $0.kernel = "6.2.0" }, { $0.cpu += " new microcode" }, { $0.kvm = .forbidden },
        ]
        for (index, change) in changes.enumerated() {
            host.change(change)
            _ = try await prober.capabilities(of: path)
            _ = try await fakes.prober { host.now }.capabilities(of: path)
            #expect(fakes.runs("qemu") == index + 2)
        }
        #expect(prober.warning != nil)
    }

    @Test("a damaged file of the cache is as good as none, and is replaced")
    func damagedCache() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let path = try fakes.binary("qemu")
        let known = try await fakes.prober().capabilities(of: path)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: fakes.cache).first)
        let file = URL(fileURLWithPath: "\(fakes.cache)/\(name)")
        let whole = try Data(contentsOf: file)
        let head = try #require(whole.firstIndex(of: 0x0A))
        let damages = [
            Data(), Data("{".utf8), whole.prefix(head), whole.prefix(head + 1), whole.prefix(whole.count / 2),
            whole.prefix(head + 1) + Data("[1, 2]\n".utf8), Data(repeating: 0, count: whole.count),
        ]
        for (index, damage) in damages.enumerated() {
            try damage.write(to: file)
            #expect(try await fakes.prober().capabilities(of: path) == known)
            #expect(fakes.runs("qemu") == index + 2)
            #expect(try Data(contentsOf: file) == whole)
        }
    }
}

/// A host that changes.
private final class HostBox: Sendable {
    private let host = Mutex(QEMUProbeHost.fake)

    var now: QEMUProbeHost { host.withLock { $0 } }

    func change(_ body: @Sendable (inout QEMUProbeHost) -> Void) { host.withLock { body(&$0) } }
}
