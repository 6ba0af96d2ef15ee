import Foundation
import Testing

@testable import QEMUDriver
@testable import QEMUModel

/// A folder with programs that answer as a QEMU binary does, and count how often they are run.
struct FakeQEMUs {
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/roost-fake-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    var cache: String { folder + "/cache" }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// A binary that answers, once the lines `first` have been carried out.
    func binary(_ name: String, first: String = "") throws -> String {
        try script(
            name,
            """
            \(first)
            version='{"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}'
            echo "{\\"QMP\\": {\\"version\\": $version, \\"capabilities\\": []}}" >&3
            while IFS= read -r line <&3; do
                id=${line##*'"id"'}
                id=$(echo "$id" | tr -cd 0-9)
                case $line in
                *'"query-version"'*) answer=$version ;;
                *'"query-target"'*) answer='{"arch": "alpha"}' ;;
                *'"query-kvm"'*) answer='{"enabled": false, "present": false}' ;;
                *) answer='[]' ;;
                esac
                echo "{\\"return\\": $answer, \\"id\\": $id}" >&3
            done
            """)
    }

    /// A program of the shell that counts its runs and then does `body`.
    func script(_ name: String, _ body: String) throws -> String {
        try file(name, Data("#!/bin/sh\necho run >> '\(folder)/\(name).runs'\n\(body)\n".utf8))
    }

    /// A file that may be executed. It is written by a process of its own: were it open here, another test's
    /// new process could have it open when it is executed, and Linux refuses that.
    func file(_ name: String, _ content: Data, mode: String = "755") throws -> String {
        let path = "\(folder)/\(name)"
        let (shell, input) = (Process(), Pipe())
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "cat > \"$0\" && chmod \(mode) \"$0\"", path]
        shell.standardInput = input
        try shell.run()
        try input.fileHandleForWriting.write(contentsOf: content)
        try input.fileHandleForWriting.close()
        shell.waitUntilExit()
        try #require(shell.terminationStatus == 0)
        return path
    }

    /// How often a program has been run.
    func runs(_ name: String) -> Int {
        let text = try? String(contentsOfFile: "\(folder)/\(name).runs", encoding: .utf8)
        return text?.split(separator: "\n").count ?? 0
    }

    /// A prober that keeps its answers in this folder.
    func prober(
        timeout: Duration = .seconds(60), host: @escaping @Sendable () -> QEMUProbeHost = { .fake }
    ) -> QEMUProber {
        QEMUProber(cache: cache, host: host, timeout: timeout)
    }
}

extension QEMUProbeHost {
    static let fake = QEMUProbeHost(kernel: "6.1.0", cpu: "model name: fake", kvm: .absent)
}
