import Glibc
import JSON
import LinuxSystem

/// Where the shell's text goes: standard output, gathered until it is needed, and standard error.
final class Output {
    /// Only what was asked for, no messages around it.
    var isQuiet = false
    /// How important a debug text must be, 0 to 4; none is shown at the default.
    var debugLevel = 4
    /// A copy of errors and debug texts.
    var log: LogFile?

    /// What a command says while it answers in JSON: text for people is left out then.
    private(set) var facts: JSONObject?

    private let sink: any OutputSink
    private var buffer: [UInt8] = []
    /// Whether what was printed couldn't be written; nothing more is then.
    private(set) var isBroken = false

    init(sink: any OutputSink = StandardSink()) {
        self.sink = sink
    }

    /// What a command answers.
    func print(_ text: String) {
        if facts != nil { return }
        buffer += text.utf8
        if buffer.count >= 1 << 16 { flush() }
    }

    /// What a command answers that needn't be text.
    func print(bytes: [UInt8]) { buffer += bytes }

    /// What is only there for people to read, and is left out in quiet mode.
    func note(_ text: String) {
        if !isQuiet { print(text) }
    }

    /// A text that ends its own line, where the end of a command's output does so only outside quiet mode.
    func line(_ text: String) { print(isQuiet ? text + "\n" : text) }

    /// A table; without its header in quiet mode.
    func print(_ table: Table) {
        if facts == nil { print(table.text(hasHeader: !isQuiet)) } else { tell("items", table.json) }
    }

    /// `Name:           value`, the name padded to `width` characters.
    func field(_ name: String, _ value: Cell, width: Int = 15) {
        if facts == nil {
            print((name + ":").padded(to: width) + " \(value)\n")
        } else {
            tell(name.jsonName, value.json)
        }
    }

    func field(_ name: String, _ value: String) { field(name, .text(value)) }

    func field(_ name: String, _ value: some BinaryInteger) { field(name, .number(value)) }

    // MARK: JSON

    /// Has what is printed from now on become one JSON object.
    func beginJSON() { facts = ["format": 1] }

    /// Adds what is told in JSON alone; nothing is made of it where the answer is text.
    func tell(_ name: String, _ value: @autoclosure () -> JSONValue) {
        if facts != nil { facts?[name] = value() }
    }

    /// Prints the JSON object, where the command has succeeded.
    func endJSON(hasSucceeded: Bool) {
        guard let facts else { return }
        self.facts = nil
        if hasSucceeded { print(JSONValue.object(facts).description + "\n") }
    }

    /// Errors, each behind "error: ".
    func errors(_ lines: [String]) {
        flush()
        writeErrors(lines)
    }

    private func writeErrors(_ lines: [String]) {
        for line in lines {
            sink.writeError(Array("error: \(line)\n".utf8))
            log?.write("ERROR", line)
        }
    }

    /// A text about what goes on, which has no end of a line, on standard error.
    func unfinishedLine(_ text: String) {
        flush()
        sink.writeError(Array(text.utf8))
    }

    /// What succeeded, but perhaps not as it was meant, each behind "warning: ".
    func warnings(_ lines: [String]) {
        flush()
        for line in lines { sink.writeError(Array("warning: \(line.printable)\n".utf8)) }
    }

    /// What happens inside, for those who asked for it with `--debug`; on standard error.
    func debug(_ level: Int, _ text: @autoclosure () -> String) {
        if level >= debugLevel && debugLevel < 4 { unfinishedLine(text()) }
    }

    /// Hands out what was gathered. Where that can't be written it is told once, unless nobody wants to read it.
    func flush() {
        if buffer.isEmpty { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        if isBroken { return }
        do {
            try sink.write(buffer)
        } catch {
            isBroken = true
            if error.errno != EPIPE {
                writeErrors(["the output can't be written: \(SystemError.reason(of: error.errno))"])
            }
        }
    }
}

/// What takes the bytes of an `Output`.
protocol OutputSink {
    func write(_ bytes: [UInt8]) throws(SystemError)
    func writeError(_ bytes: [UInt8])
}

/// Standard output and standard error of this process.
struct StandardSink: OutputSink {
    private let output = Result { () throws(SystemError) in try Descriptor.duplicate(1) }
    private let errorOutput = try? Descriptor.duplicate(2)

    func write(_ bytes: [UInt8]) throws(SystemError) { try output.get().writeAll(bytes) }
    func writeError(_ bytes: [UInt8]) { try? errorOutput?.writeAll(bytes) }
}

extension String {
    /// With spaces behind it, `width` bytes at least, as C's `%-15s` counts.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }

    /// With spaces before it, `width` bytes at least.
    func paddedLeft(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - utf8.count)) + self
    }
}
