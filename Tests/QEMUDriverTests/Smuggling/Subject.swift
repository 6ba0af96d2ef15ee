import ByteText
import Foundation
import JSON
import QEMUCorpus
import Testing
import VirtXML

@testable import QEMUDriver
@testable import QEMUModel

/// A QEMU whose command lines are looked at.
struct Subject {
    let qemu: QEMUCapabilities

    /// A recorded one, so that results are the same everywhere.
    static func recorded() throws -> Subject { Subject(qemu: try RecordedQEMU.x86.capabilities()) }

    /// The places that take a text that says nothing, found by halves.
    func open(_ document: String, _ growth: [Growth], _ places: [Int]) throws -> [Int] {
        guard !places.isEmpty else { return [] }
        if try line(document, growth, places, HostileText.worst.quiet) != nil { return places }
        guard places.count > 1 else { return [] }
        let half = places.count / 2
        return try open(document, growth, Array(places[..<half]))
            + open(document, growth, Array(places[half...]))
    }

    /// Fails where a hostile text at one of the places becomes anything but one value. How many places took it.
    func check(
        _ document: String, _ growth: [Growth], _ places: [Int], _ hostile: HostileText
    ) throws -> Int {
        guard !places.isEmpty else { return 0 }
        if let expected = try line(document, growth, places, hostile.quiet),
            let found = try line(document, growth, places, hostile.text)
        {
            let wanted = QEMUWords.read(expected).map { words in
                words.map { word in
                    places.reduce(word) {
                        $0.replacingOccurrences(
                            of: hostile.quiet($1), with: hostile.text($1), options: .literal)
                    }
                }
            }
            let read = QEMUWords.read(found)
            let differing = zip(read, wanted).filter { $0 != $1 }
            #expect(
                read == wanted,
                "\(hostile.pattern) in \(document), \(growth.map(\.name)): \(differing)")
            return places.count
        }
        guard places.count > 1 else { return 0 }
        let half = places.count / 2
        return try check(document, growth, Array(places[..<half]), hostile)
            + check(document, growth, Array(places[half...]), hostile)
    }

    private func line(
        _ document: String, _ growth: [Growth], _ places: [Int], _ text: @escaping (Int) -> String
    ) throws -> [String]? {
        let chosen = Set(places)
        return try arguments(document, growth) { chosen.contains($0) ? text($0) : nil }
    }

    /// The command line of a document with texts in some places; nil where it is refused.
    private func arguments(
        _ document: String, _ growth: [Growth], _ text: @escaping (Int) -> String?
    ) throws -> [String]? {
        guard var domain = try GrownDocument.read(document, growth: growth, text: text).domain else {
            return nil
        }
        var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = RecordedQEMU.firmware
        var resources = QEMUResources(domainFolder: "/run/domain", shortName: "1-name", monitorDescriptor: 3)
        resources.tpmSocket = "/run/tpm"
        do {
            try domain.fillQEMUDefaults(qemu, host: host)
            try domain.prepareForStart(qemu)
            domain.assumePorts()
            let guest = QEMUGuest(domain: domain, qemu: qemu, resources: resources)
            return try QEMUCommandLine.arguments(for: guest)
        } catch {
            return nil
        }
    }
}

/// The arguments as QEMU reads them: JSON, or values between single commas; some options take all there is.
enum QEMUWords {
    static func read(_ line: [String]) -> [[String]] {
        zip([""] + line, line).map { option, word in
            ["-kernel", "-initrd", "-append"].contains(option) ? [word] : read(word)
        }
    }

    private static func read(_ word: String) -> [String] {
        if word.hasBytePrefix("{"), let json = try? JSONValue(parsing: word) { return leaves(json) }
        return word.replacingOccurrences(of: ",,", with: "\u{1}", options: .literal)
            .split(atByte: ",", omittingEmptySubsequences: false)
            .map { $0.replacingOccurrences(of: "\u{1}", with: ",", options: .literal) }
    }

    private static func leaves(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let object):
            object.members.flatMap { key, value in leaves(value).map { key + "=" + $0 } }
        case .array(let values): values.flatMap(leaves)
        case .string(let text): [text]
        default: [value.description]
        }
    }
}
