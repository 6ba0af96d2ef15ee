import Testing
import Virt
import VirtXML
import XMLBinding

@testable import NWFilterDriver

/// Which filters there may be beside each other.
@Suite struct FilterTableTests {
    private let one = UUID.random()
    private let two = UUID.random()

    private func filter(_ name: String, _ references: String...) throws -> FilterDefinition {
        let body = references.map { "<filterref filter='\($0)'/>" }.joined()
        return try FilterDefinition(xml: "<filter name='\(name)'>\(body)</filter>")
    }

    private func words(_ table: FilterTable, _ filter: FilterDefinition, _ uuid: UUID) -> String? {
        do throws(VirtError) {
            try table.check(filter, uuid)
            return nil
        } catch { return error.message }
    }

    @Test("a name and an identity belong to one filter")
    func clashes() throws {
        var table = FilterTable()
        table.put(try filter("a"), one)
        let (same, other) = (try filter("a"), try filter("b"))
        #expect(words(table, same, one) == nil)
        #expect(
            words(table, same, two)
                == "operation failed: filter 'a' already exists with uuid \(one)")
        #expect(
            words(table, other, one)
                == "operation failed: filter with same UUID but different name ('a') already exists")
    }

    @Test("a filter can't be a part of itself, whoever comes last, and may refer to what isn't there yet")
    func loops() throws {
        var table = FilterTable()
        let refusal = "operation failed: filter would introduce a loop"
        let (own, open, back) = (try filter("a", "a"), try filter("a", "b"), try filter("b", "c", "a"))
        #expect(words(table, own, one) == refusal)
        #expect(words(table, open, one) == nil)
        table.put(open, one)
        #expect(words(table, back, two) == refusal)
    }

    @Test("a binding uses all that its filter refers to")
    func uses() throws {
        var table = FilterTable()
        table.put(try filter("a", "b"), one)
        table.put(try filter("b"), two)
        var binding = FilterBindingDefinition()
        (binding.portDev, binding.filter.filter) = ("vnet0", "a")
        table.put(binding)
        #expect(table.bindings(using: "b").map(\.portDev) == ["vnet0"])
        #expect(table.bindings(using: "c").isEmpty)
    }

    @Test("every filter that hosts come with is one, and has all that it refers to")
    func stock() throws {
        var table = FilterTable()
        for text in StockFilters.documents { table.put(try FilterDefinition(xml: text), .random()) }
        #expect(table.filters.count == 24)
        let values = [
            "IP": "10.0.0.1", "IPV6": "fd00::1", "MAC": "52:54:00:00:00:01",
            "GATEWAY_MAC": "52:54:00:00:00:02",
        ]
        for filter in table.filters.values {
            var variables = FilterVariables()
            for (name, value) in values { variables[name] = [value] }
            variables["DHCPSERVER"] = [filter.name == "allow-dhcpv6-server" ? "fd00::2" : "10.0.0.2"]
            let tree = try FilterTree(filter.name, in: table, variables: variables)
            #expect(tree.missing == [])
            let card = try CardRules(port: "vnet0", tree)
            #expect(!card.entries.isEmpty)
        }
    }

    @Test("filters that stand in each other many times over are refused before they fill the memory")
    func width() throws {
        var table = FilterTable()
        for level in 0..<40 {
            table.put(try filter("l\(level)", "l\(level + 1)", "l\(level + 1)"), .random())
        }
        table.put(try filter("l40"), .random())
        #expect(throws: VirtError.self) { try FilterTree("l0", in: table, variables: FilterVariables()) }
    }
}
