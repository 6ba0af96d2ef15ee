import Testing

@testable import Shell

@Suite("What commands print")
struct OutputTests {
    @Test("an empty line follows each command, but not in quiet mode")
    func emptyLine() async {
        #expect(await RecordedSession().run("echo a; echo b").text == "a\nb\n")
        #expect(await RecordedSession(isQuiet: true).run("echo a").text == "a")
    }

    @Test("an error is printed and the next command runs; the last one decides the exit code")
    func errors() async {
        let result = await RecordedSession().run("cd /nonexistent; echo b")
        #expect(result.text == "error: cd: No such file or directory: /nonexistent\n\nb\n")
        #expect(result.succeeded)
        #expect(await !RecordedSession().run("echo b; cd /nonexistent").succeeded)
    }

    @Test("nothing is printed behind quit")
    func quit() async {
        #expect(await RecordedSession().run("echo a; quit; echo b").text == "a\n")
    }

    @Test("echo quotes for shells and for XML")
    func echo() async {
        #expect(
            await RecordedSession().run(words: ["echo", "--shell", "a'b", "c d", "", "x"]).text
                == "'a'\\''b' 'c d' '' x\n")
        #expect(
            await RecordedSession().run(words: ["echo", "--xml", "<a>&\"'"]).text
                == "&lt;a&gt;&amp;&quot;&apos;\n")
        #expect(
            await RecordedSession().run(words: ["echo", "--split", "a,b,,c", "d"]).text == "a\nb,c\n d\n\n")
    }

    @Test("sizes are read with units and refused when too great")
    func sizes() throws {
        #expect(try ByteSize.parse("10", unit: 1024, maximum: .max) == 10240)
        #expect(try ByteSize.parse("5M", unit: 1, maximum: .max) == 5 << 20)
        #expect(try ByteSize.parse("1kb", unit: 1, maximum: .max) == 1000)
        #expect(try ByteSize.parse("99999999999T", unit: 1, maximum: .max) == nil)
        #expect(try ByteSize.parse("-1", unit: 1, maximum: .max) == nil)
        #expect(throws: Failure.self) { try ByteSize.parse("1Q", unit: 1, maximum: .max) }
        #expect(ByteSize.text(107_374_182_400, digits: 2) == "100.00 GiB")
    }

    @Test("states and reasons that nobody knows yet don't break anything")
    func states() {
        #expect(DomainStateText.state(1) == "running")
        #expect(DomainStateText.reason(3, 1) == "user")
        #expect(DomainStateText.reason(99, -1) == "unknown")
        #expect(DomainEventText.lifecycle(2, 0) == "Started Booted")
        #expect(DomainEventText.lifecycle(77, 5) == "unknown unknown")
    }

    @Test("sets of processors are printed as letters and as ranges")
    func processors() {
        #expect(CPUMap.letters([0b10101], count: 8) == "y-y-y---")
        #expect(CPUMap.ranges([0b10111], count: 8) == "0-2,4")
        #expect(CPUMap.ranges([0xFF] as [UInt8], count: 20) == "0-7")
    }
}
