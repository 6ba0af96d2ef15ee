import ByteText
import CLinux
import Glibc

/// Starts programs that outlive this process: guests, and helpers of theirs.
public enum Launcher {
    /// Starts a program through `roost-launch`, detached, and answers once it runs.
    ///
    /// - Parameters:
    ///   - launcher: where `roost-launch` stands; beside the running program when nil.
    ///   - timeout: how long loading it may take, `prepare` not counted (`ETIMEDOUT`).
    ///   - prepare: called while the process exists but waits, with the number that it keeps: to put it into a
    ///     control group, or to write its number down. When it throws, or this process ends, nothing runs.
    /// - Throws: the step that failed, such as `exec` or `setuid`, with the program as context.
    public static func launch(
        _ orders: LaunchOrders, using launcher: String? = nil, timeout: Duration = .seconds(30),
        prepare: (ProcessHandle) async throws(SystemError) -> Void = { _ throws(SystemError) in }
    ) async throws(SystemError) -> ProcessHandle {
        let launch = try await Blocking.run { () throws(SystemError) in
            try Launch(orders, using: launcher, timeout: timeout)
        }
        do throws(SystemError) {
            try await prepare(launch.process)
            try await Blocking.run { () throws(SystemError) in try launch.go(timeout: timeout) }
        } catch {
            try? launch.process.signal(SIGKILL)
            throw error
        }
        return launch.process
    }

    /// Starts a program as `launch` does, and waits until it has ended, at most `timeout` (`ETIMEDOUT`; it is killed
    /// then). It goes on when this process ends meanwhile.
    public static func run(
        _ orders: LaunchOrders, using launcher: String? = nil, timeout: Duration = .seconds(30),
        prepare: (ProcessHandle) async throws(SystemError) -> Void = { _ throws(SystemError) in }
    ) async throws(SystemError) -> ExitStatus {
        let launch = try await Blocking.run { () throws(SystemError) in
            try Launch(orders, using: launcher, timeout: timeout, waits: true)
        }
        do throws(SystemError) {
            try await prepare(launch.process)
            return try await Blocking.run { () throws(SystemError) in try launch.end(timeout: timeout) }
        } catch {
            try? launch.process.signalGroup(SIGKILL)
            await Blocking.run { launch.forget() }
            throw error
        }
    }

    /// Where `roost-launch` stands.
    fileprivate static func path() throws(SystemError) -> String { try ThisProcess.companion("roost-launch") }
}

/// The talk with one `roost-launch`, whose lines are `pid NUMBER`, `STEP ERRNO`, and `exit STATUS` or `signal NUMBER`.
private final class Launch: Sendable {
    let process: ProcessHandle
    private let program: String
    private let status: Descriptor
    private let goAhead: Descriptor
    /// `roost-launch` itself, where it waits for the program's end.
    private let starter: ProcessHandle?

    /// Starts it and waits until the process exists.
    init(
        _ orders: LaunchOrders, using launcher: String?, timeout: Duration, waits: Bool = false
    ) throws(SystemError) {
        let launcher = if let launcher { launcher } else { try Launcher.path() }
        var orders = orders
        orders.resolveOOMScore(inherited: ThisProcess.oomScoreAdjustment)
        orders.resolveFileLimit(former: ThisProcess.fileLimitOfPrograms)
        let (status, go) = (try Pipe(), try Pipe())
        let starter = try ProcessHandle(
            of: try spawn(
                try orders.throughLauncher(
                    launcher, status: status.writeEnd, go: go.readEnd, waits: waits)))
        status.writeEnd.close()
        go.readEnd.close()
        let line = try Self.readLine(
            status.readEnd, until: MonotonicTime.now.advanced(by: timeout), orders.program)
        if !waits { _ = starter.takeEnd(waiting: true) }
        self.starter = waits ? starter : nil
        program = orders.program
        self.status = status.readEnd
        goAhead = go.writeEnd
        let words = line.split(atByte: " ")
        guard words.first == "pid", let id = words.last.flatMap({ Int32($0) }) else {
            throw Self.failure(line, orders.program)
        }
        process = try ProcessHandle(of: id)
    }

    /// Lets the process go on, and waits until it runs the program.
    func go(timeout: Duration) throws(SystemError) {
        let line = try answer(timeout: timeout)
        if !line.isEmpty { throw Self.failure(line, program) }
    }

    /// Lets the process go on, and waits until its program has ended.
    func end(timeout: Duration) throws(SystemError) -> ExitStatus {
        let line = try answer(timeout: timeout)
        forget()
        let words = line.split(atByte: " ")
        let number = words.last.flatMap { Int32($0) }
        switch (words.first, number) {
        case ("exit"?, let number?): return .exited(number)
        case ("signal"?, let number?): return .signalled(number)
        default: throw Self.failure(line, program)
        }
    }

    /// Takes the end of `roost-launch`, which follows that of its program.
    func forget() { _ = starter?.takeEnd(waiting: true) }

    /// Lets the process go on; the line that follows, empty where its program runs.
    private func answer(timeout: Duration) throws(SystemError) -> String {
        do throws(SystemError) {
            try goAhead.writeAll([1])
        } catch {
            // The process is gone already; its status says more.
            guard error.errno == EPIPE else { throw error }
        }
        return try Self.readLine(status, until: MonotonicTime.now.advanced(by: timeout), program)
    }

    /// One line, without its end; empty when the other side closed.
    private static func readLine(
        _ status: Descriptor, until deadline: MonotonicTime, _ program: String
    ) throws(SystemError) -> String {
        var line: [UInt8] = []
        while line.count < 4096 {
            var watched = pollfd(fd: status.rawValue, events: Int16(POLLIN), revents: 0)
            let left = MonotonicTime.now.duration(to: deadline).pollMilliseconds
            let count = try checked("poll") { poll(&watched, 1, left) }
            if count == 0 {
                throw SystemError(call: "exec", errno: ETIMEDOUT, context: program)
            }
            let byte = try status.readOnce(atMost: 1)
            if byte.isEmpty || byte == [10] { break }
            line += byte
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// What a line such as `setuid 1` says.
    private static func failure(_ line: String, _ program: String) -> SystemError {
        let step = line.split(atByte: " ").dropLast().joined(separator: " ")
        guard let number = line.split(atByte: " ").last.flatMap({ Int32($0) }), !step.isEmpty else {
            return SystemError(call: "roost-launch", errno: EINVAL, context: line.isEmpty ? program : line)
        }
        return SystemError(call: step, errno: number, context: program)
    }
}
