import Glibc
import LinuxSystem
import Logging

extension ProgramRecord {
    /// How long a program may take to end by itself once it was told to.
    private static let patience = Duration.seconds(3)

    /// Ends the program and waits until it is gone: politely at first, since it may have a state to write.
    public func end(_ log: Logger) async {
        guard let process = await processToEnd(log) else { return }
        let identity = self.process
        if await isTold(), await process.ends(within: Self.patience) { return }
        try? process.signalGroup(SIGTERM)
        if await process.ends(within: Self.patience) { return }
        log.warning("\(name) (process \(identity.id)) does not end when told to and is killed")
        try? process.signalGroup(SIGKILL)
        if await !process.ends(within: .seconds(10)) {
            log.error("\(name) (process \(identity.id)) can't be killed: it waits for a device of the host")
        }
    }

    /// Waits until the program has ended; false where it can't be watched.
    public func waitForEnd() async -> Bool {
        let identity = process
        guard let process = await Blocking.run({ try? ProcessHandle(identity) }) else { return false }
        return (try? await process.waitForEnd()) != nil
    }

    /// Tells the program to end in its own way; whether it has one and was told.
    private func isTold() async -> Bool {
        guard case .message(let bytes, let socket) = ending else { return false }
        return await Blocking.run { (try? Self.tell(bytes, at: socket)) != nil }
    }

    /// Says something to a program and takes note of its answer, if there is one soon. May wait.
    private static func tell(_ bytes: [UInt8], at path: String) throws(SystemError) {
        let socket = try UnixSocket.connect(to: path, timeout: .seconds(1))
        try socket.setNonBlocking(false)
        try socket.writeAll(bytes)
        var answer = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
        _ = poll(&answer, 1, 1000)
    }

    /// The program's process; nil when it is gone. What can't be seen now is looked for until it can.
    private func processToEnd(_ log: Logger) async -> ProcessHandle? {
        let identity = process
        var pause = GrowingPause()
        while true {
            switch await Blocking.run({ identity.look() }) {
            case .there(let process): return process
            case .gone: return nil
            case .unknown(let error):
                log.warning(
                    "\(name) (process \(identity.id)) can't be looked at, which is tried again: \(error)")
            }
            await pause.wait()
        }
    }
}

extension [ProgramRecord] {
    /// Ends all of them at once, so that one that hangs keeps nobody waiting.
    public func end(_ log: Logger) async {
        await withTaskGroup { group in
            for program in self { group.addTask { await program.end(log) } }
        }
    }
}
