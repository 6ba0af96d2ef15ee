import LinuxSystem

/// A program that does something once, beside the daemon: it is started by `roost-launch` and waited for.
public struct ProgramTask: Sendable {
    public var program: String
    public var arguments: [String]
    /// What it reads, by number from 3 on: `/dev/fd/3`. Each has to fit into a pipe.
    public var inputs: [Int32: [UInt8]] = [:]
    /// What its environment has beside what every program gets; only root and it can read that.
    public var environment: [String: String] = [:]
    /// How long it may take.
    public var patience: Duration

    public init(_ program: String, _ arguments: [String], patience: Duration = .seconds(60)) {
        (self.program, self.arguments, self.patience) = (program, arguments, patience)
    }

    /// How it ended.
    public struct Outcome: Sendable {
        public let status: ExitStatus
        /// What it wrote to its outputs, the start of it.
        public let output: [UInt8]
        public let errors: [UInt8]

        public var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    /// How much of each output is kept.
    private static let longestOutput = 1 << 20

    /// Runs it to its end.
    ///
    /// - Parameter record: is told of the process before the program runs in it. When it throws, nothing runs.
    public func run(
        record: (ProcessIdentity) async throws(SystemError) -> Void = { _ throws(SystemError) in }
    ) async throws(SystemError) -> Outcome {
        guard let path = ProgramOrders.find(program) else {
            throw SystemError(call: "exec", errno: 2, context: program)
        }
        let (output, errors) = (try Pipe(), try Pipe())
        var orders = LaunchOrders(
            path, arguments,
            environment: environment.merging([
                "LC_ALL": "C", "PATH": ThisProcess.environment("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin",
            ]) { $1 })
        (orders.output, orders.errorOutput, orders.fileMask) = (output.writeEnd, errors.writeEnd, 0o077)
        for (number, content) in inputs { orders.descriptors[number] = try Self.pipe(with: content) }
        async let said = Self.read(output.readEnd)
        async let complained = Self.read(errors.readEnd)
        let status: ExitStatus
        do throws(SystemError) {
            status = try await Launcher.run(orders, timeout: patience) {
                (process) async throws(SystemError) in
                // From here on only the program has the other ends: their end is its end.
                for end in [output.writeEnd, errors.writeEnd] { end.close() }
                try await record(process.identity)
            }
        } catch {
            for end in [output.writeEnd, errors.writeEnd] { end.close() }
            _ = await (said, complained)
            throw error
        }
        return await Outcome(status: status, output: said, errors: complained)
    }

    private static func pipe(with content: [UInt8]) throws(SystemError) -> Descriptor {
        let pipe = try Pipe()
        try pipe.writeEnd.setNonBlocking()
        try pipe.writeEnd.writeAll(content)
        return pipe.readEnd
    }

    /// Reads to the end, and keeps the start.
    private static func read(_ end: Descriptor) async -> [UInt8] {
        await Blocking.run {
            var kept: [UInt8] = []
            while let part = try? end.readOnce(atMost: 64 << 10), !part.isEmpty {
                if kept.count < longestOutput { kept += part }
            }
            return kept
        }
    }
}
