import Testing

@testable import Shell

@Suite("Tables")
struct TableTests {
    @Test("columns are as wide as their widest cell, and the last isn't padded")
    func widths() {
        var table = Table("Id", "Name", "State")
        table.add("1", "test", "running")
        #expect(
            table.text(hasHeader: true)
                == " Id   Name   State\n----------------------\n 1    test   running\n")
    }

    @Test("without a header only the rows count for the width")
    func quiet() {
        var table = Table("Id", "Name", "State")
        table.add("1", "test", "running")
        #expect(table.text(hasHeader: false) == " 1   test   running\n")
    }

    @Test("an empty table still has its header")
    func empty() {
        #expect(Table("Name", "Path").text(hasHeader: true) == " Name   Path\n--------------\n")
    }

    @Test("wide characters take two columns, control characters none of the terminal's")
    func characters() {
        #expect(Table.columns(of: "日本") == 4)
        #expect(Table.columns(of: "e\u{301}") == 1)
        var table = Table("A")
        table.add("x\ny\u{1B}")
        #expect(table.text(hasHeader: false) == " x\\x0ay\\x1b\n")
    }
}
