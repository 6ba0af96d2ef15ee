import ByteText
import LinuxSystem

/// What a program is handed so that others can speak with it, and how it says that they can.
struct PreparedContact: Sendable {
    /// What the program gets, by number.
    private(set) var handed: [Int32: Descriptor] = [:]
    /// How many of these are sockets that it is told of as systemd would.
    private(set) var listeners = 0
    /// The other end of a pair.
    private(set) var kept: Descriptor?
    private var sign = Sign.none

    /// What tells that the program is ready.
    private enum Sign: Sendable {
        case none
        /// It writes something.
        case word(Pipe)
        /// A socket stands there.
        case socket(String)
        /// A number stands in the file.
        case number(String)
    }

    /// May wait.
    init(_ contact: ProgramContact?, for account: FileOwner?) throws(SystemError) {
        let number = SupervisedProgram.socketNumber
        switch contact {
        case .listening(let path, let owner): handed[number] = try Self.listen(path, owner)
        case .activated(let path, let owner):
            handed[number] = try Self.listen(path, owner)
            listeners = 1
        case .announced(_, let number):
            let pipe = try Pipe()
            if let account { try pipe.writeEnd.setOwner(user: account.user, group: account.group) }
            handed[number] = pipe.writeEnd
            sign = .word(pipe)
        case .pair(let keepsPackets):
            let (own, theirs) = try UnixSocket.pair(nonBlocking: false, keepsBoundaries: keepsPackets)
            handed[number] = theirs
            kept = own
        case .socket(let path): sign = .socket(path)
        case .pidFile(let path): sign = .number(path)
        case nil: break
        }
    }

    private static func listen(_ path: String, _ owner: FileOwner?) throws(SystemError) -> Descriptor {
        let socket = try UnixSocket.listen(at: path, mode: 0o600, owner: owner)
        // What is handed on is expected to block.
        try socket.setNonBlocking(false)
        return socket
    }

    /// Waits until the program says that it is ready.
    func wait(for process: ProcessHandle, within limit: Duration) async throws {
        let isReady: Bool
        switch sign {
        case .none: return
        case .word(let pipe):
            try pipe.readEnd.setNonBlocking()
            let said = try await pipe.readEnd.firstBytes(within: limit)
            if said == [] { throw ProgramFailure(text: "it ended before it listened") }
            isReady = said != nil
        case .socket(let path):
            isReady = try await Self.see(process, within: limit) {
                (try? FileSystem.status(of: path, links: .refuseLast))?.kind == .socket
            }
        case .number(let path):
            isReady = try await Self.see(process, within: limit) { Self.hasNumber(path) }
        }
        if isReady { return }
        let seconds = limit.components.seconds
        throw ProgramFailure(text: "process \(process.identity.id) does not listen after \(seconds) s")
    }

    /// Looks for something with growing pauses until it is so, or the program ends, or time is up.
    private static func see(
        _ process: ProcessHandle, within limit: Duration, _ isSo: @escaping @Sendable () -> Bool
    ) async throws(ProgramFailure) -> Bool {
        let deadline = MonotonicTime.now.advanced(by: limit)
        var pause = GrowingPause(from: .milliseconds(5), to: .milliseconds(200))
        while true {
            let hasEnded = process.hasEnded
            if await Blocking.run(isSo) { return true }
            if hasEnded { throw ProgramFailure(text: "it ended before it was ready") }
            if MonotonicTime.now >= deadline { return false }
            _ = await process.ends(within: pause.take())
        }
    }

    /// Whether a number stands in a file, whole.
    private static func hasNumber(_ path: String) -> Bool {
        guard let text = try? FileSystem.readText(path, limit: 64) else { return false }
        return text.utf8.first?.isDigit == true && text.utf8.last == UInt8(ascii: "\n")
    }
}
