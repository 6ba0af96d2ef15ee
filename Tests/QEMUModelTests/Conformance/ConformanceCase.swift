import Foundation
import JSON
import PublishedData
import QEMUCorpus
import VirtXML

@testable import QEMUModel

/// One case of the corpus: a document, a QEMU, and what is expected.
struct ConformanceCase {
    let name: String
    let architecture: String
    let version: String
    let variant: String
    let updatesABI: Bool
    let expected: Set<String>

    /// `NAME.ARCH-VERSION[+variant][.abi-update]`
    var stem: String {
        "\(name).\(architecture)-\(version)\(variant)" + (updatesABI ? ".abi-update" : "")
    }

    static let folder = "qemu/qemuxmlconfdata"

    static let all: [ConformanceCase] = {
        var kinds: [String: Set<String>] = [:]
        for file in Published.names(in: folder) {
            guard let dot = file.lastIndex(of: ".") else { continue }
            kinds[String(file[..<dot]), default: []].insert(String(file[file.index(after: dot)...]))
        }
        return kinds.sorted { $0.key < $1.key }.compactMap { ConformanceCase(stem: $0.key, $0.value) }
    }()

    init?(stem: String, _ kinds: Set<String>) {
        var parts = stem.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        updatesABI = parts.last == "abi-update"
        if updatesABI { parts.removeLast() }
        // A version has dots of its own.
        guard let start = parts.lastIndex(where: { $0.contains("-") && Self.isTarget($0) }), start > 0 else {
            return nil
        }
        let target = parts[start...].joined(separator: ".")
        let dash = target.firstIndex(of: "-") ?? target.endIndex
        architecture = String(target[..<dash])
        let rest = target[target.index(after: dash)...]
        version = String(rest.prefix { $0 != "+" })
        variant = String(rest.drop { $0 != "+" })
        name = parts[..<start].joined(separator: ".")
        expected = kinds
    }

    private static func isTarget(_ part: String) -> Bool {
        let words = [
            "x86_64", "aarch64", "armv7l", "ppc64", "ppc", "s390x", "riscv64", "loongarch64", "sparc", "i686",
        ]
        guard let word = words.first(where: { part.hasPrefix($0 + "-") }) else { return false }
        let rest = part.dropFirst(word.count + 1)
        return rest.hasPrefix("latest") || rest.first?.isNumber == true
    }

    /// The name of the recorded QEMU.
    var capabilities: String {
        guard version == "latest" else { return "\(version)_\(architecture)\(variant)" }
        return Self.newest(architecture, variant)
    }

    /// The name of the newest recorded QEMU of an architecture.
    static func newest(_ architecture: String, _ variant: String = "") -> String {
        let suffix = "_\(architecture)\(variant).replies"
        let versions = Published.names(in: "support/qemucapabilitiesdata").filter { $0.hasSuffix(suffix) }
            .map { $0.dropFirst("caps_".count).dropLast(suffix.count) }
        let newest = versions.max { number($0) < number($1) } ?? ""
        return "\(newest)_\(architecture)\(variant)"
    }

    private static func number(_ version: Substring) -> Int {
        version.split(separator: ".").reduce(0) { $0 * 1000 + (Int($1) ?? 0) }
    }

    func text(_ kind: String) -> String? {
        Published.text("\(Self.folder)/\(kind == "input" ? "\(name).xml" : "\(stem).\(kind)")")
    }
}
