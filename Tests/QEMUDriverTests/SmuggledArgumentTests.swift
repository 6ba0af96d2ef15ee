import Foundation
import JSON
import Testing
import VirtXML
import XMLBinding

@testable import QEMUDriver

/// Texts that would be more than one value to a careless writer of command lines.
private let hostileTexts = [
    "a,b=c", "a=b", "a\"b'c", "a b\nc", "-device", ",readonly=on", "{'a'=1}", "größe\\", "$(x);`y`",
]

/// What stands between quotes or tags of a document, as a place where another text can be put.
private func places(in document: String) -> [Range<String.Index>] {
    document.ranges(of: /"[^"]*"|>[^<>]+</).map {
        document.index(after: $0.lowerBound)..<document.index(before: $0.upperBound)
    }.filter { !document[$0].allSatisfy(\.isWhitespace) }
}

private func escaped(_ text: String) -> String {
    [("&", "&amp;"), ("<", "&lt;"), ("\"", "&quot;"), ("\n", "&#10;")].reduce(text) {
        $0.replacingOccurrences(of: $1.0, with: $1.1)
    }
}

/// The command line of a document whose text at a place is another; nil where it is refused.
private func arguments(
    _ document: String, _ place: Range<String.Index>, _ text: String, _ qemu: QEMUCapabilities
)
    -> [String]?
{
    let changed = document.replacingCharacters(in: place, with: escaped(text))
    do {
        var domain = try DomainDefinition(xml: changed, options: .inactive)
        var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = ConformanceHost.firmware
        try domain.fillQEMUDefaults(qemu, host: host)
        try domain.prepareForStart(qemu)
        domain.assumePorts()
        var resources = QEMUResources(domainFolder: "/run/domain", shortName: "1-name", monitorDescriptor: 3)
        resources.tpmSocket = "/run/tpm"
        return try QEMUCommandLine.arguments(for: QEMUGuest(domain: domain, qemu: qemu, resources: resources))
    } catch {
        return nil
    }
}

/// The arguments as QEMU reads them: JSON, or values between single commas; some options take all there is.
private func read(_ line: [String]) -> [[String]] {
    zip([""] + line, line).map { option, word in
        ["-kernel", "-initrd", "-append"].contains(option) ? [word] : read(word)
    }
}

private func read(_ word: String) -> [String] {
    if word.hasPrefix("{"), let json = try? JSONValue(parsing: word) { return leaves(json) }
    return word.replacingOccurrences(of: ",,", with: "\u{1}").components(separatedBy: ",")
        .map { $0.replacingOccurrences(of: "\u{1}", with: ",") }
}

private func leaves(_ value: JSONValue) -> [String] {
    switch value {
    case .object(let object): object.members.flatMap { key, value in leaves(value).map { key + "=" + $0 } }
    case .array(let values): values.flatMap(leaves)
    case .string(let text): [text]
    default: [value.description]
    }
}

@Suite(.enabled(if: Corpus.isPresent))
struct SmuggledArgumentTests {
    @Test("no text of a document becomes more than the one value that it stands for")
    func oneValue() throws {
        let qemu = try #require(
            try Corpus.capabilities("7.2.0_x86_64+hvf") ?? Corpus.capabilities("7.2.0_x86_64"))
        var tried = 0
        for document in try Self.documents() {
            for place in places(in: document) where arguments(document, place, "quiet", qemu) != nil {
                var quietLines: [Int: [String]] = [:]
                for hostile in hostileTexts {
                    // A text of the same length that says nothing, so that what is cut off is cut off alike.
                    let quiet = String("zqzxzjzqzxzjzqzxzj".prefix(hostile.count))
                    guard let line = arguments(document, place, hostile, qemu),
                        let expected = quietLines[hostile.count] ?? arguments(document, place, quiet, qemu)
                    else { continue }
                    quietLines[hostile.count] = expected
                    tried += 1
                    let wanted = read(expected).map {
                        $0.map { $0.replacingOccurrences(of: quiet, with: hostile) }
                    }
                    #expect(read(line) == wanted, "\(hostile) in place of \(document[place])")
                }
            }
        }
        #expect(tried > 500)
    }

    /// The project's own documents, each with what all have in common.
    static func documents() throws -> [String] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../EndToEnd/guests")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(
                of: /(?s)<domain name="([^"]*)" machine="([^"]*)"( type="[^"]*")?>(.*?)<\/domain>/
            ).map { found in
                let (_, name, machine, _, body) = found.output
                let kind = "<type arch=\"x86_64\" machine=\"\(machine)\">hvm</type>"
                var inside = String(body)
                if inside.contains("<os") {
                    inside = inside.replacing(/<os[^>]*>/) { "\($0.output)\(kind)" }
                } else {
                    inside += "<os>\(kind)</os>"
                }
                if !inside.contains("<memory ") { inside += "<memory>65536</memory>" }
                return "<domain type=\"qemu\"><name>\(name)</name><vcpu>1</vcpu>\(inside)</domain>"
            }
        }
    }
}
