/// `Tests/RemoteProtocolTests/Generated`: decodes any message and encodes it again, for tests against real bytes.
func codecFiles(_ tables: [Table]) -> [String: String] {
    var out = Source(imports: ["RemoteProtocol", "Virt", "XDR"])
    out.block("extension MessageCodec") { out in
        for table in tables {
            out.block("static let \(table.program): [Int32: MessageCodec] = codecTable", end: "}()") { out in
                out.line("var table: [Int32: MessageCodec] = [:]")
                for item in table.procedures {
                    out.line(
                        "table[\(item.number)] = MessageCodec(\"\(item.api)\", \(item.argumentsType).self, \(item.replyType).self)"
                    )
                }
                out.line("return table")
            }
        }
    }
    return ["Codecs": Source(replacing: out, "codecTable {", "{").text]
}
