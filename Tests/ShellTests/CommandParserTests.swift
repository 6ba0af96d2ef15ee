import Testing

@testable import Shell

@Suite("Options of a command")
struct CommandParserTests {
    private func lines(_ text: String) -> [String] {
        do {
            _ = try CommandParser.parse(text)
            return []
        } catch {
            return error.lines
        }
    }

    @Test(
        "an option may be given by name, with = or by its place, in any order",
        arguments: [
            "setvcpus test 2", "setvcpus --domain test 2", "setvcpus --domain=test --count=2",
            "setvcpus --count 2 test", "setvcpus test --count 2", "setvcpus --count=2 --domain test",
        ])
    func places(_ text: String) throws {
        let arguments = try #require(try CommandParser.parse(text).first)
        #expect(try arguments.required("domain") == "test")
        #expect(try arguments.number("count", as: UInt32.self) == 2)
    }

    @Test(
        "what is wrong is said in virsh's words",
        arguments: [
            ("foo", "unknown command: 'foo'"),
            ("list --foo", "command 'list' doesn't support option --foo"),
            ("list foo", "unexpected data 'foo'"),
            ("list --all --all", "option --all already seen"),
            ("list --all=yes", "invalid '=' after option --all"),
            ("dominfo --domain", "expected syntax: --domain <string>"),
            ("setmem a --size", "expected syntax: --size <number>"),
            ("dominfo", "command 'dominfo' requires <domain> option"),
            ("dominfo --domain -- test", "unexpected data 'test'"),
            ("echo --hi=x", "invalid '=' after option --hi"),
        ])
    func errors(_ text: String, _ line: String) {
        #expect(lines(text) == [line])
    }

    @Test("the first option that is missing is told")
    func missing() {
        #expect(lines("metadata") == ["command 'metadata' requires <domain> option"])
        #expect(lines("metadata test") == ["command 'metadata' requires <uri> option"])
    }

    @Test("help explains the first bare word, whatever stands around it")
    func asksForHelp() throws {
        for text in ["help list", "help --nonsense list", "help list extra", "help --command list"] {
            #expect(try CommandParser.parse(text).first?.entries.map(\.value) == ["list"], "\(text)")
        }
    }

    @Test("nothing behind -- is an option")
    func dataOnly() throws {
        let arguments = try #require(try CommandParser.parse("echo -- --shell a").first)
        #expect(arguments.all("string") == ["--shell", "a"])
        #expect(!arguments.has("shell"))
    }

    @Test(
        "only two hyphens and a letter or digit begin an option",
        arguments: ["-x", "--_x", "---a", "-", "---"])
    func hyphens(_ word: String) throws {
        let arguments = try #require(try CommandParser.parse("echo \(word)").first)
        #expect(arguments.all("string") == [word])
    }

    @Test("--help makes required options unnecessary")
    func help() throws {
        #expect(try CommandParser.parse("dominfo --help").first?.asksForHelp == true)
    }

    @Test("an alias stands for its option, with its value if it has one")
    func aliases() throws {
        #expect(try CommandParser.parse("echo --hi --str=x").first?.all("string") == ["hello", "x"])
        #expect(try CommandParser.parse("setmem a --kilobytes 5").first?.has("size") == true)
    }

    @Test("an empty value is an error when it is asked for")
    func emptyValue() throws {
        let arguments = try #require(try CommandParser.parse("dominfo ''").first)
        #expect(throws: Failure.self) { try arguments.required("domain") }
    }

    @Test("nothing runs if anything can't be parsed")
    func allOrNothing() {
        #expect(lines("echo a; foo; echo b") == ["unknown command: 'foo'"])
    }

    @Test(
        "a number out of its type's range is malformed", arguments: ["-1", "0x2", "2 ", "99999999999", "abc"])
    func numbers(_ text: String) throws {
        let arguments = try #require(try CommandParser.parse("setvcpus test '\(text)'").first)
        let failure = #expect(throws: Failure.self) { try arguments.number("count", as: UInt32.self) }
        #expect(
            failure?.lines == ["Numeric value '\(text)' for <count> option is malformed or out of range"])
    }
}
