import DriverKit
import Glibc
import LinuxSystem
import Logging

extension HelperRecord {
    /// How long a helper may take to end by itself once it was told to.
    private static let patience = Duration.seconds(3)

    /// Ends the helper and waits until it is gone: politely at first, since it may have a state to write.
    func end(_ log: Logger) async {
        guard let process = await processToEnd(log) else { return }
        let identity = self.process
        if let control, await Blocking.run({ (try? SwtpmControl.shutDown(at: control)) != nil }),
            await process.ends(within: Self.patience)
        {
            return
        }
        try? process.signalGroup(SIGTERM)
        if await process.ends(within: Self.patience) { return }
        log.warning("\(name) (process \(identity.id)) does not end when told to and is killed")
        try? process.signalGroup(SIGKILL)
        if await !process.ends(within: .seconds(10)) {
            log.error("\(name) (process \(identity.id)) can't be killed: it waits for a device of the host")
        }
    }

    /// The helper's process; nil when it is gone. What can't be seen now is looked for until it can.
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

extension [HelperRecord] {
    /// Ends all of them at once, so that one that hangs keeps nobody waiting.
    func end(_ log: Logger) async {
        await withTaskGroup { group in
            for helper in self { group.addTask { await helper.end(log) } }
        }
    }
}

/// What swtpm's control channel understands.
enum SwtpmControl {
    /// `CMD_SHUTDOWN`, as a number of four bytes.
    private static let shutdown: [UInt8] = [0, 0, 0, 3]

    /// Has the emulator write its state and end. May wait.
    static func shutDown(at path: String) throws(SystemError) {
        let socket = try UnixSocket.connect(to: path, timeout: .seconds(1))
        try socket.setNonBlocking(false)
        try socket.writeAll(shutdown)
        var answer = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
        _ = poll(&answer, 1, 1000)
    }
}
