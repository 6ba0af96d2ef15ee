import CLinux
import Glibc

/// The terminal behind a descriptor that somebody else owns, usually 0 or 1.
public struct Terminal: Sendable {
    public let number: Int32

    public init(_ number: Int32) {
        self.number = number
    }

    public static let input = Terminal(0)
    public static let output = Terminal(1)

    /// Whether there is one.
    public var isPresent: Bool { isatty(number) == 1 }

    public struct Size: Hashable, Sendable {
        public let columns: Int
        public let rows: Int
    }

    /// Its size in characters; nil when it has none.
    public var size: Size? {
        var size = winsize()
        guard clinux_window_size(number, &size) == 0, size.ws_col > 0 else { return nil }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// How a terminal behaves, to be put back later.
    public struct Settings: @unchecked Sendable {
        // Unchecked: a C structure of numbers, which is not marked as such.
        fileprivate var value: termios
    }

    public func settings() throws(SystemError) -> Settings {
        var value = termios()
        try checked("tcgetattr") { tcgetattr(number, &value) }
        return Settings(value: value)
    }

    public func apply(_ settings: Settings) throws(SystemError) {
        var value = settings.value
        try checked("tcsetattr") { tcsetattr(number, TCSAFLUSH, &value) }
    }

    /// Every key as it comes: no echo, no line editing, no signals, nothing translated.
    /// Answers the settings before, to be applied at the end.
    public func enterRawMode() throws(SystemError) -> Settings {
        let before = try settings()
        var raw = before
        cfmakeraw(&raw.value)
        try apply(raw)
        return before
    }

    /// Reads a line, without its end, that nobody sees being typed; where this is no terminal, as it comes. Waits.
    public func readHidden() throws(SystemError) -> [UInt8] {
        let before = isPresent ? try settings() : nil
        if let before {
            var hidden = before
            hidden.value.c_lflag &= ~tcflag_t(ECHO)
            try apply(hidden)
        }
        defer { if let before { try? apply(before) } }
        var (line, byte): ([UInt8], UInt8) = ([], 0)
        while line.count < 65536, read(number, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return line
    }
}
