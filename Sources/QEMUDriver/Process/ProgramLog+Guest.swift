import ByteText
import HostKit
import LinuxSystem
import QEMUModel
import QMP

extension ProgramLog {
    /// The log file of one guest: what QEMU says, and when it was started and ended.
    init(ofGuest name: String, _ configuration: QEMUConfiguration) {
        self.init("\(configuration.logs)/\(name).log")
    }

    /// How many lines of it tell why QEMU isn't there.
    static var linesOfQEMU: Int { 8 }

    /// Why QEMU isn't there, in its own words; where its consoles were is no part of that. May wait.
    func lastWordsOfQEMU(from offset: UInt64) -> String {
        let lines = tail(Self.linesOfQEMU, from: offset).split(atByte: "\n")
        return lines.filter { !$0.hasBytePrefix("char device redirected to ") }.joined(separator: "\n")
    }

    /// Writes down what is started, in a form that can be pasted into a shell. May wait.
    func begin(emulator: String, version: QEMUVersion, arguments: [String]) {
        let kernel = KernelFacts()
        note(
            """
            starting up roost, qemu version: \(version.major).\(version.minor).\(version.micro), \
            kernel: \(kernel.release), hostname: \(Host.canonicalName())
            """)
        guard let file = try? open() else { return }
        let words = [emulator] + arguments.map(Self.quoted)
        var lines: [String] = []
        for word in words {
            if word.hasBytePrefix("-") || lines.isEmpty {
                lines.append(word)
            } else {
                lines[lines.count - 1] += " " + word
            }
        }
        try? file.writeAll((lines.joined(separator: " \\\n") + "\n").utf8)
    }

    /// A word as a shell reads it back.
    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { unit in
            switch unit {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-_./,=:+@%".utf8.contains(unit)
            }
        }
        if plain && !word.isEmpty { return word }
        return "'" + word.split(atByte: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}
