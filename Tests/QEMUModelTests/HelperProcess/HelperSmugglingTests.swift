import ByteText
import Foundation
import JSON
import Testing

@testable import QEMUModel

/// Devices with everything in them that reaches a helper's command line.
private let documents = [
    #"<tpm model="tpm-crb"><backend type="emulator" version="2.0"><source type="dir" path="STATE"/></backend></tpm>"#,
    #"<tpm model="tpm-crb"><backend type="emulator" version="2.0"><source type="file" path="STATE"/></backend></tpm>"#,
    #"<tpm model="tpm-crb"><backend type="emulator" version="2.0"><profile source="PROFILE" removeDisabled="check"/></backend></tpm>"#,
    """
    <filesystem><driver type="virtiofs"/><binary path="/own"><cache mode="CACHE"/><sandbox mode="SANDBOX"/></binary>\
    <source dir="FOLDER"/><target dir="TAG"/></filesystem>
    """,
    """
    <interface type="user"><source dev="CARD"/><ip family="ipv4" address="ADDRESS"/><portForward proto="tcp" \
    address="FROM" dev="BRIDGE"><range start="22"/></portForward><backend type="passt" logFile="LOG"/></interface>
    """,
    """
    <disk type="network"><source protocol="https" name="IMAGE" query="QUERY"><host name="HOST" port="1"/>\
    <cookies><cookie name="COOKIE">VALUE</cookie></cookies></source><target dev="vda" bus="virtio"/></disk>
    """,
    """
    <disk type="network"><source protocol="ssh" name="IMAGE"><host name="HOST"/><knownHosts path="HOSTS"/>\
    <identity username="USER" keyfile="KEY" agentsock="AGENT"/></source><target dev="vda" bus="virtio"/></disk>
    """,
    """
    <video><driver name="vhostuser"/><model type="virtio"><acceleration accel3d="yes" rendernode="NODE"/></model></video>
    """,
    #"<graphics type="dbus"/>"#,
]

private let hostileTexts = [
    "a,b=c", "a=b", "a\"b'c", "a b\nc", "-o", "--runas=0", ",mode=0666", "größe\\", "\\054b", "$(x);`y`",
    "~1", "%eth0/1", "a\u{600},b", "a,\u{301}b", "a\u{600}\\", "a/\u{301}", "%\u{301}a",
]

/// The words that a helper's program takes apart at commas stand behind these.
private let lists: Set<String> = [
    "-o", "--ctrl", "--tpmstate", "--log", "--key", "--migration-key", "--tcp-ports", "--udp-ports",
]

/// A command line as its program reads it.
private func read(_ words: [String]) -> [[String]] {
    zip([""] + words, words).map { option, word in
        lists.contains(option)
            ? word.split(atByte: ",", omittingEmptySubsequences: false).map { String($0) } : [word]
    }
}

private func escaped(_ text: String) -> String {
    [("&", "&amp;"), ("<", "&lt;"), ("\"", "&quot;"), ("\n", "&#10;")].reduce(text) {
        $0.replacingOccurrences(of: $1.0, with: $1.1, options: .literal)
    }
}

/// Every command line of a guest's helpers; nil where the document is refused.
private func lines(_ devices: String, _ name: String, _ place: String, _ text: String) -> [[String]]? {
    var bench = HelperBench()
    bench.usesNbdkit = true
    bench.host.vhostUser = [VhostUserDescriptor(["type": "gpu", "binary": "/gpu"])].compactMap { $0 }
    bench.host.features = { _ in ["render-node"] }
    let changed = devices.replacingOccurrences(
        of: "\"\(place)\"", with: "\"\(escaped(text))\"", options: .literal
    )
    .replacingOccurrences(of: ">\(place)<", with: ">\(escaped(text))<", options: .literal)
    guard let helpers = try? bench.helpers(changed, name: escaped(name)) else { return nil }
    return helpers.flatMap { [$0.arguments] + ($0.setup?.runs ?? []) }
}

@Suite
struct HelperSmugglingTests {
    @Test(
        "no text of a document becomes more than the one value that it stands for, whatever helper reads it")
    func oneValue() throws {
        var tried = 0
        for document in documents {
            let places = document.matches(of: /["\>]([A-Z]+)["\<]/).map { String($0.output.1) }
            for place in places {
                for hostile in hostileTexts {
                    let quiet = String("zqzxzjzqzxzjzqzxzj".prefix(hostile.count))
                    guard let line = lines(document, "guest", place, hostile),
                        let expected = lines(document, "guest", place, quiet)
                    else { continue }
                    tried += 1
                    let wanted = expected.map { words in
                        read(words).map {
                            $0.map { $0.replacingOccurrences(of: quiet, with: hostile, options: .literal) }
                        }
                    }
                    #expect(line.map(read) == wanted, "\(hostile) in place of \(place)")
                }
            }
        }
        #expect(tried > 100)
    }

    @Test("a domain's name changes no option of its helpers, whatever it is")
    func name() {
        let documents = documents + [#"<tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm>"#]
        for document in documents {
            let quiet = lines(document, "zqzxzj", "FOLDER", "/srv") ?? []
            for hostile in hostileTexts {
                guard let line = lines(document, hostile, "FOLDER", "/srv") else { continue }
                #expect(
                    line.map { read($0).map(\.count) } == quiet.map { read($0).map(\.count) }, "\(hostile)")
            }
        }
    }
}
