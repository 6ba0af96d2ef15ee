import Testing
import Virt
import VirtXML
import XMLBinding

@testable import NetworkDriver

/// Text of documents in dnsmasq's files.
@Suite struct DnsmasqTextTests {
    /// Places in a network's document that reach dnsmasq's files.
    private static let places: [String] = [
        "<domain name='%'/>", "<dns><txt name='%' value='v'/></dns>", "<dns><txt name='n' value='%'/></dns>",
        "<dns><srv service='%' protocol='tcp'/></dns>", "<dns><srv service='s' protocol='%'/></dns>",
        "<dns><srv service='s' protocol='tcp' domain='%'/></dns>",
        "<dns><srv service='s' protocol='tcp' target='%'/></dns>", "<dns><forwarder domain='%'/></dns>",
        "<dns><host ip='10.1.1.2'><hostname>%</hostname></host></dns>", "<bridge name='%'/>",
        "<ip address='10.1.1.1' prefix='24'><tftp root='%'/></ip>",
        "<ip address='10.1.1.1' prefix='24'><dhcp><range start='10.1.1.2' end='10.1.1.9'/><bootp file='%'/></dhcp></ip>",
        "<ip address='10.1.1.1' prefix='24'><dhcp><host name='%' ip='10.1.1.3'/></dhcp></ip>",
    ]
    private static let texts = [
        "a&#10;log-queries", "a&#13;b", "a #b", "#", "a,b", "a&quot;b", "a\\b", "a b", "a/b", "a\u{600}b",
    ]

    @Test("whatever a document says is one value on one line, or is refused", arguments: places, texts)
    func oneValue(_ place: String, _ text: String) throws {
        func lines(_ value: String) throws -> [Substring]? {
            let xml = "<network><name>n</name>\(place.replacing("%", with: value))</network>"
            guard let network = try? NetworkDefinition(xml: xml, options: []) else { return nil }
            let configuration = DnsmasqConfiguration(
                network: network, bridge: network.bridge?.name ?? "virbr0", folder: "/d", pidFile: nil)
            return try [configuration.text(), configuration.hosts(), configuration.names()]
                .flatMap { $0.split(separator: "\n", omittingEmptySubsequences: true) }
        }
        let plain = try #require(try lines("plain"))
        do {
            guard let written = try lines(text) else { return }
            #expect(written.count == plain.count)
            for (line, model) in zip(written, plain) where line != model {
                // What changes the meaning of the line stands within quotes, and only where the last value is free text.
                let values = Self.values(line)
                #expect(values.count == Self.values(model).count || model.hasPrefix("txt-record="), "\(line)")
                #expect(!line.contains("\r"))
            }
        } catch let error as VirtError {
            #expect(error.code == .xmlError)
        }
    }

    /// The values of a line as dnsmasq reads it: commas in quotes part nothing, and a comment ends it.
    private static func values(_ line: Substring) -> [String] {
        var (values, isQuoted, isBlank, isEscaped) = ([""], false, true, false)
        for letter in line {
            if isEscaped {
                values[values.count - 1].append(letter)
                isEscaped = false
            } else if isQuoted, letter == "\\" {
                isEscaped = true
            } else if letter == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, isBlank, letter == "#" {
                break
            } else if !isQuoted, letter == "," {
                values.append("")
            } else {
                values[values.count - 1].append(letter)
            }
            isBlank = letter == " "
        }
        return values
    }
}
