import Foundation
import LinuxSystem
import Testing

@testable import QEMUDriver
@testable import QEMUModel

/// Binaries that can't be probed: the error names them, and nobody else waits for them.
@Suite struct BrokenQEMUTests {
    private static let greeting =
        #"echo '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}}}' >&3"#

    @Test(
        "a binary that does not do what QEMU does is named, with what it said",
        arguments: [
            ("echo 'no such library' >&2; exit 127", "no such library"),
            ("exit 3", "ended (exit status 3)"),
            ("kill -9 $$", "ended (fatal signal 9)"),
            ("echo 'Hello, this is a printer' >&3; cat <&3", "Probing QEMU binary"),
            (Self.greeting + "; echo '[]' >&3; cat <&3", "Probing QEMU binary"),
            (Self.greeting + "; echo 'lost my mind' >&2", "lost my mind"),
            (Self.greeting + "; exec 3>&- 3<&-; exec sleep 1000", "ended (fatal signal 9)"),
        ])
    func broken(_ body: String, _ words: String) async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let path = try fakes.script("broken", body)
        do {
            _ = try await fakes.prober().capabilities(of: path)
            Issue.record("\(body) is no QEMU")
        } catch {
            #expect("\(error)".contains(path))
            #expect("\(error)".contains(words), "\(error)")
        }
    }

    @Test("files that can't be executed are named")
    func notExecutable() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let prober = fakes.prober()
        await #expect(throws: QEMUProbeError.missing(emulator: "/no/qemu")) {
            try await prober.capabilities(of: "/no/qemu")
        }
        await #expect(throws: QEMUProbeError.missing(emulator: fakes.folder)) {
            try await prober.capabilities(of: fakes.folder)
        }
        let plain = try fakes.file("plain", Data("text".utf8), mode: "644")
        await #expect(throws: QEMUProbeError.notExecutable(emulator: plain)) {
            try await prober.capabilities(of: plain)
        }
        var foreign = try Data(contentsOf: URL(fileURLWithPath: "/bin/true"))
        // The ELF header's machine: one that no kernel runs.
        foreign.replaceSubrange(18..<20, with: [0x7F, 0x7F])
        for content in [foreign, Data("no interpreter".utf8), Data()] {
            let path = try fakes.file("foreign", content)
            let result = await prober.summaries(of: [path])[path]
            guard case .failure(let error) = result else {
                Issue.record("\(content.count) bytes are no QEMU")
                continue
            }
            #expect("\(error)".contains(path) && "\(error)".contains("Exec format error"), "\(error)")
        }
    }

    @Test(
        "a binary that hangs, wherever it does, is given up, and ended with what it started",
        arguments: ["", Self.greeting, "yes >&2 &", Self.greeting + "; read -r line <&3"])
    func hanging(_ body: String) async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let path = try fakes.script("hangs", body + "\nsleep 1000 &\necho $! > '\(fakes.folder)/child'\nwait")
        let prober = fakes.prober(timeout: .seconds(1))
        await #expect(throws: QEMUProbeError.timedOut(emulator: path)) {
            try await prober.summary(of: path)
        }
        guard KernelFacts().hasGroupSignals else { return }
        let text = try String(contentsOfFile: "\(fakes.folder)/child", encoding: .utf8)
        let id = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        if let child = try? ProcessHandle(of: id) { #expect(await child.ends(within: .seconds(30))) }
        // It isn't run again for the next list of all binaries, but when it is asked for by name.
        _ = await prober.summaries(of: [path])
        #expect(fakes.runs("hangs") == 1)
        _ = try? await prober.capabilities(of: path)
        #expect(fakes.runs("hangs") == 2)
    }

    @Test("others are answered while one hangs")
    func others() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let gate = "\(fakes.folder)/gate"
        #expect(mkfifo(gate, 0o600) == 0)
        let slow = try fakes.script("slow", "read -r word < '\(gate)'")
        let good = try fakes.binary("good")
        let prober = fakes.prober()
        async let failure = prober.summaries(of: [slow])
        #expect(try await prober.summary(of: good).architecture == "alpha")
        // Only now may the other one end.
        try Data("go\n".utf8).write(to: URL(fileURLWithPath: gate))
        guard case .failure(let error) = await failure[slow] else {
            Issue.record("it answered nothing")
            return
        }
        #expect("\(error)".contains(slow))
    }

    @Test("a failure isn't kept: the binary is asked again")
    func mended() async throws {
        let fakes = try FakeQEMUs()
        defer { fakes.remove() }
        let prober = fakes.prober()
        let path = try fakes.script("qemu", "exit 1")
        await #expect(throws: QEMUProbeError.self) { try await prober.capabilities(of: path) }
        await #expect(throws: QEMUProbeError.self) { try await prober.capabilities(of: path) }
        #expect(fakes.runs("qemu") == 2)
        _ = try fakes.binary("qemu")
        #expect(try await prober.capabilities(of: path).architecture == "alpha")
    }
}

extension KernelFacts {
    /// Whether a process' whole group can be signalled without a race.
    fileprivate var hasGroupSignals: Bool {
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (6, 9)
    }
}
