import CLinux
import Glibc

/// A helper program run to its end, with what it wrote.
public struct ProgramRun: Sendable {
    public let status: ExitStatus
    public let output: [UInt8]
    public let errorOutput: [UInt8]

    /// What it wrote to standard output, as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// What it wrote to standard error, as text.
    public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }

    /// Starts a program, feeds it `input`, and collects what it writes until it ends.
    ///
    /// A program that outlives `timeout` is killed, and that is `ETIMEDOUT`; one that writes more than
    /// `outputLimit` bytes is killed too (`EFBIG`). Of standard error the first part is kept.
    public static func run(
        _ program: String, _ arguments: [String] = [], input: [UInt8] = [],
        environment: [String: String]? = nil, directory: String? = nil,
        timeout: Duration = .seconds(30), outputLimit: Int = 16 << 20
    ) async throws(SystemError) -> ProgramRun {
        let orders = ProgramOrders(program, arguments, environment: environment, directory: directory)
        return try await Blocking.run { () throws(SystemError) in
            try wait(for: orders, input: input, timeout: timeout, outputLimit: outputLimit)
        }
    }

    /// The same on the calling thread, which waits: for what runs within `Blocking.run` already.
    public static func wait(
        for orders: ProgramOrders, input: [UInt8] = [], timeout: Duration = .seconds(30),
        outputLimit: Int = 16 << 20
    ) throws(SystemError) -> ProgramRun {
        var conversation = try Conversation(orders, input: input, outputLimit: outputLimit)
        return try conversation.run(until: MonotonicTime.now.advanced(by: timeout))
    }
}

/// The pipes to and from one running program, served on a thread of their own.
private struct Conversation {
    private let program: String
    private let process: ProcessHandle
    private var input: Descriptor?
    private var output: Descriptor?
    private var errors: Descriptor?
    private var toWrite: ArraySlice<UInt8>
    private let outputLimit: Int
    private var outputBytes: [UInt8] = []
    private var errorBytes: [UInt8] = []

    init(_ orders: ProgramOrders, input bytes: [UInt8], outputLimit: Int) throws(SystemError) {
        let (input, output, errors) = (try Pipe(), try Pipe(), try Pipe())
        for end in [input.writeEnd, output.readEnd, errors.readEnd] { try end.setNonBlocking() }
        var orders = orders
        orders.descriptors = [0: input.readEnd, 1: output.writeEnd, 2: errors.writeEnd]
        program = orders.program
        process = try ProcessHandle(of: try spawn(orders))
        self.input = bytes.isEmpty ? nil : input.writeEnd
        self.output = output.readEnd
        self.errors = errors.readEnd
        self.outputLimit = outputLimit
        toWrite = bytes[...]
    }

    mutating func run(until deadline: MonotonicTime) throws(SystemError) -> ProgramRun {
        do throws(SystemError) {
            while try wait(until: deadline) { try exchange() }
            try exchange()
        } catch {
            try? process.signal(SIGKILL)
            _ = process.takeEnd(waiting: true)
            throw error
        }
        let status = process.takeEnd(waiting: true) ?? .exited(0)
        return ProgramRun(status: status, output: outputBytes, errorOutput: errorBytes)
    }

    /// Waits for something to do; false once the program has ended, whoever else still has its pipes.
    private func wait(until deadline: MonotonicTime) throws(SystemError) -> Bool {
        var watched = [pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)]
        if let input { watched.append(pollfd(fd: input.rawValue, events: Int16(POLLOUT), revents: 0)) }
        for end in [output, errors] {
            if let end { watched.append(pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0)) }
        }
        let left = MonotonicTime.now.duration(to: deadline).pollMilliseconds
        let count = try checked("poll") { poll(&watched, nfds_t(watched.count), left) }
        if count == 0 { throw SystemError(call: "wait", errno: ETIMEDOUT, context: program) }
        return watched.first?.revents == 0
    }

    private mutating func exchange() throws(SystemError) {
        try feed()
        if let end = output, try Self.drain(end, into: &outputBytes) { output = nil }
        if outputBytes.count > outputLimit {
            throw SystemError(call: "read", errno: EFBIG, context: "the output of \(program)")
        }
        if let end = errors, try Self.drain(end, into: &errorBytes) { errors = nil }
        if errorBytes.count > outputLimit { errorBytes.removeLast(errorBytes.count - outputLimit) }
    }

    private mutating func feed() throws(SystemError) {
        guard let end = input else { return }
        do throws(SystemError) {
            let taken = toWrite.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in try end.write(bytes) }
            }
            toWrite.removeFirst(try taken.get() ?? 0)
        } catch {
            // A program may close its input early.
            guard error.errno == EPIPE else { throw error }
            toWrite = []
        }
        if toWrite.isEmpty { input = nil }
    }

    /// Reads what is there, at most 1 MiB; true at the end.
    private static func drain(_ end: Descriptor, into bytes: inout [UInt8]) throws(SystemError) -> Bool {
        try withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 8) { (buffer) throws(SystemError) in
            for _ in 0..<16 {
                guard let count = try end.read(into: buffer) else { return false }
                if count == 0 { return true }
                bytes += buffer.prefix(count)
            }
            return false
        }
    }
}
