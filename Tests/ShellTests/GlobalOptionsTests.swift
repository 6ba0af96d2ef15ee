import Testing

@testable import Shell

@Suite("Options before the command")
struct GlobalOptionsTests {
    private func settings(_ arguments: String...) -> Settings? {
        if case .run(let settings) = GlobalOptions.parse(arguments) { settings } else { nil }
    }

    private func failure(_ arguments: String...) -> [String]? {
        if case .fail(let lines) = GlobalOptions.parse(arguments) { lines } else { nil }
    }

    @Test("a URI may follow the option in every usual way")
    func uri() {
        #expect(settings("-c", "test:///default", "list")?.uri == "test:///default")
        #expect(settings("-ctest:///default")?.uri == "test:///default")
        #expect(settings("--connect=test:///default")?.uri == "test:///default")
        #expect(settings("--con", "test:///default")?.uri == "test:///default")
    }

    @Test("options end at the first other word, which begins the command")
    func end() {
        #expect(settings("-qr", "list", "-q")?.words == ["list", "-q"])
        #expect(settings("-q", "--", "list")?.words == ["list"])
        #expect(settings()?.words == [])
    }

    @Test("what can't be is refused in virsh's words")
    func errors() {
        #expect(failure("-z") == ["unsupported option '-z'. See --help."])
        #expect(failure("--quiet=1") == ["unsupported option '-q'. See --help."])
        #expect(failure("-c") == ["option '-c'/'--connect' requires an argument"])
        #expect(failure("-d", "x") == ["option -d takes a numeric argument"])
        #expect(failure("-k", "-1") == ["option -k requires a positive integer argument"])
        #expect(failure("-e", "AA") == ["Invalid string 'AA' for escape sequence"])
    }

    @Test("the escape character is a letter with Ctrl, or any single byte")
    func escape() {
        #expect(GlobalOptions.escapeByte("^]") == 0x1D)
        #expect(GlobalOptions.escapeByte("^a") == 1)
        #expect(GlobalOptions.escapeByte("~") == 0x7E)
        #expect(GlobalOptions.escapeByte("^") == nil)
        #expect(GlobalOptions.escapeByte("") == nil)
        #expect(GlobalOptions.escapeByte("^1") == nil)
    }
}
