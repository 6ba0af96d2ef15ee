import Testing
import Virt
import VirtXML
import XMLBinding

@testable import NWFilterDriver

/// What a filter's rules are for nftables.
@Suite struct RuleTests {
    /// The rules of a card that has a filter with these rules, by the names of their chains.
    private func rules(
        _ entries: String, chain: String = "root", parameters: [(String, String)] = []
    ) throws -> [String: [String]] {
        let card = try card([("f", "<filter name='f' chain='\(chain)'>\(entries)</filter>")], parameters)
        return Dictionary(uniqueKeysWithValues: card.chains.map { ($0.name, $0.rules) })
    }

    private func card(_ filters: [(String, String)], _ parameters: [(String, String)] = []) throws
        -> CardRules
    {
        var table = FilterTable()
        for (_, text) in filters { table.put(try FilterDefinition(xml: text), .random()) }
        let values = parameters.map { name, value in
            var parameter = FilterReference.Parameter()
            (parameter.name, parameter.value) = (name, value)
            return parameter
        }
        let tree = try FilterTree(filters[0].0, in: table, variables: FilterVariables(values))
        #expect(tree.missing == [])
        return try CardRules(port: "vnet0", tree)
    }

    @Test("a rule for both ways is said as frames go to the guest, and the other way around from it")
    func bothWays() throws {
        let text = "<rule action='accept' direction='inout'><mac srcmacaddr='1:2:3:4:5:6'/></rule>"
        #expect(
            try rules(text) == [
                "I-vnet0": ["ether daddr 01:02:03:04:05:06 accept"],
                "O-vnet0": ["ether saddr 01:02:03:04:05:06 accept"],
            ])
    }

    @Test(
        "of a connection's ports the first alone says whether they are negated, of a frame's each for itself")
    func negatedPorts() throws {
        func text(_ match: String) throws -> String {
            let filter = try FilterDefinition(
                xml: "<filter name='f'><rule action='drop' direction='in'>\(match)</rule></filter>")
            return try filter.xml().split(separator: "\n")[2].trimmingPrefix("    ").description
        }
        #expect(try text("<tcp match='no' dstportstart='1'/>") == "<tcp dstportstart='1'/>")
        #expect(
            try text("<tcp match='no' srcportstart='1' dstportstart='2'/>")
                == "<tcp match='no' srcportstart='1' dstportstart='2'/>")
        #expect(
            try text("<ip match='no' protocol='tcp' dstportstart='1'/>")
                == "<ip match='no' protocol='tcp' dstportstart='1'/>")
    }

    @Test("what a guest is allowed to ask for may be answered, and only that")
    func connections() throws {
        let text = "<rule action='accept' direction='out'><tcp dstportstart='22'/></rule>"
        #expect(
            try rules(text) == [
                "FI-vnet0": [
                    "ether type ip meta l4proto 6 @th,16,16 22 meta mark & 805306368 != 0 "
                        + "meta mark & 134217728 == 0 return"
                ],
                "FO-vnet0": [
                    "ether type ip meta l4proto 6 @th,0,16 22 meta mark & 536870912 != 0 "
                        + "meta mark & 134217728 != 0 accept"
                ],
            ])
    }

    @Test("rules that drop, go both ways, or say so themselves don't look at connections")
    func stateless() throws {
        for text in [
            "<rule action='drop' direction='out'><tcp/></rule>",
            "<rule action='accept' direction='inout'><tcp/></rule>",
            "<rule action='accept' direction='out' statematch='0'><tcp/></rule>",
        ] {
            let found = try rules(text)
            #expect(found.keys.sorted() == ["FI-vnet0", "FO-vnet0"])
            #expect(!found.values.joined().contains { $0.contains("mark") })
        }
    }

    @Test("a rule that says only who sends has none for the answers, and one for messages of a type neither")
    func oneWay() throws {
        #expect(
            try rules("<rule action='drop' direction='out'><all srcmacaddr='1:2:3:4:5:6'/></rule>").keys
                .sorted()
                == ["FI-vnet0"])
        #expect(
            try rules("<rule action='drop' direction='in'><icmp type='8'/></rule>").keys.sorted() == [
                "FO-vnet0"
            ])
        #expect(try rules("<rule action='drop' direction='inout'><icmp type='8'/></rule>") == [:])
    }

    @Test("chains have their turn by their priority, before rules of the same, and rules stay in their order")
    func order() throws {
        let drop = "<rule action='drop' direction='in' priority='-500'><mac/></rule>"
        let first = "<rule action='accept' direction='in' priority='-501'><mac protocolid='0x1234'/></rule>"
        let found = try card([
            ("f", "<filter name='f'>\(drop)<filterref filter='g'/>\(first)</filter>"),
            ("g", "<filter name='g' chain='arp'><rule action='return' direction='in'/></filter>"),
        ])
        #expect(found.chains.map(\.name) == ["O-vnet0/arp", "O-vnet0"])
        #expect(
            found.chains.last?.rules == [
                "ether type 4660 accept", "ether type 0x0806 jump O-vnet0/arp", "drop",
            ])
    }

    @Test("values of one iterator go together, those of several with each other")
    func iterators() throws {
        let values = [("A", "10.0.0.1"), ("A", "10.0.0.2"), ("B", "1"), ("B", "2")]
        func count(_ port: String) throws -> Int {
            try rules(
                "<rule action='drop' direction='in'><ip srcipaddr='$A' protocol='tcp' dstportstart='\(port)'/></rule>",
                parameters: values)["O-vnet0"]?.count ?? 0
        }
        let counts = try [count("$B"), count("$B[@1]"), count("$B[1]")]
        #expect(counts == [2, 4, 2])
    }

    @Test("lists of different lengths can't go together")
    func cardinality() {
        #expect(throws: VirtError.self) {
            try rules(
                "<rule action='drop' direction='in'><ip srcipaddr='$A' dstipaddr='$B'/></rule>",
                parameters: [("A", "10.0.0.1"), ("A", "10.0.0.2"), ("B", "10.0.0.3")])
        }
    }

    @Test(
        "a value that an attribute can't have is refused, whatever it says to nft",
        arguments: [
            "foo", "1.2.3.4;drop", "1.2.3.4\nflush ruleset", "$A", "\u{600}1.2.3.4", "1.2.3.4\"", "#", "1::2",
        ])
    func values(_ value: String) {
        #expect(throws: VirtError.self) {
            try rules(
                "<rule action='drop' direction='in'><ip srcipaddr='$V'/></rule>", parameters: [("V", value)])
        }
    }

    @Test(
        "no text of a filter becomes a word of a rule but as the value that it is",
        arguments: ["x\"; flush ruleset", "a\nb", "#", ",", "\u{600}", "'", "{ }"])
    func comments(_ text: String) throws {
        let filter = try FilterDefinition(
            xml: "<filter name='f'><rule action='drop' direction='in'><tcp comment='x'/></rule></filter>")
        guard case .rule(let rule) = filter.entries.first, var match = rule.match else {
            Issue.record("no rule")
            return
        }
        match.values[0].text = text
        #expect(
            try TransportRule(match: match, isReversed: false).text().rules("drop") == [
                "ether type ip meta l4proto 6 drop"
            ])
    }

    @Test(
        "what the kernel's rules have no word for is refused",
        arguments: [
            "<all ipset='s' ipsetflags='src'/>", "<ipv6 protocol='tcp' type='1'/>",
            "<ip match='no' protocol='tcp' srcportstart='1'/>",
        ])
    func refusals(_ match: String) {
        #expect(throws: VirtError.self) { try rules("<rule action='drop' direction='in'>\(match)</rule>") }
    }

    @Test(
        "a link whose name nft could take for more than a name can't have rules",
        arguments: ["a b", "a\"b", "a*", "ü", "a@b", "a{b", "1234567890123456"])
    func links(_ name: String) {
        #expect(throws: VirtError.self) { try CardRules(port: name) }
    }
}
