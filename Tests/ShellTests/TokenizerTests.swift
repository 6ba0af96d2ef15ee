import Testing

@testable import Shell

@Suite("Words of a typed line")
struct TokenizerTests {
    private func tokens(_ text: String) throws -> [Tokenizer.Token] {
        var tokenizer = Tokenizer(text)
        var tokens: [Tokenizer.Token] = []
        while true {
            let token = try tokenizer.next()
            if token == .end { return tokens }
            tokens.append(token)
        }
    }

    @Test("spaces and tabs part words")
    func spaces() throws {
        #expect(try tokens("  a \t b ") == [.word("a"), .word("b")])
    }

    @Test("a semicolon or the end of a line parts commands")
    func separators() throws {
        #expect(try tokens("a;b\nc") == [.word("a"), .separator, .word("b"), .separator, .word("c")])
    }

    @Test("a comment reaches to the end of its line, and begins only where a word would")
    func comments() throws {
        #expect(try tokens("a#b # c; d\ne") == [.word("a#b"), .separator, .word("e")])
    }

    @Test("quotes keep spaces, single quotes keep backslashes too")
    func quotes() throws {
        #expect(try tokens(#""a b" 'c\d' x"y z"'w'"#) == [.word("a b"), .word(#"c\d"#), .word("xy zw")])
    }

    @Test("quotes without anything are an empty word")
    func empty() throws {
        #expect(try tokens(#"'' """#) == [.word(""), .word("")])
    }

    @Test("a backslash protects the next character and joins lines")
    func backslash() throws {
        #expect(try tokens("a\\ b \\\"c d\\\ne") == [.word("a b"), .word("\"c"), .word("de")])
    }

    @Test("an open double quote is an error, an open single quote is not")
    func open() throws {
        #expect(throws: Failure.self) { try tokens(#"a "b"#) }
        #expect(try tokens("a 'b") == [.word("a"), .word("b")])
    }

    @Test("a backslash at the end is an error")
    func dangling() {
        #expect(throws: Failure.self) { try tokens(#"a\"#) }
    }
}
