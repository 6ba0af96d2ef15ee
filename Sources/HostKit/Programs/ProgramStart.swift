import LinuxSystem
import Virt

/// Does what a ``SupervisedProgram`` says.
public struct ProgramStart: Sendable {
    let program: SupervisedProgram
    /// What it serves, for messages, such as `domain 'web'`.
    private let owner: String
    private let origin: ErrorDomain
    private let record: @Sendable (ProgramRecord) async throws(SystemError) -> Void

    /// How long a program may take to say that it listens, and one that prepares it to end.
    static let patience = Duration.seconds(30)
    private static let setupPatience = Duration.seconds(120)

    /// - Parameters:
    ///   - owner: what it serves, for messages, such as `domain 'web'`.
    ///   - record: is told of a process that waits to run, and puts it on record: a daemon that is killed then leaves
    ///     word of it. When it throws, nothing runs.
    public init(
        _ program: SupervisedProgram, for owner: String, from origin: ErrorDomain,
        record: @escaping @Sendable (ProgramRecord) async throws(SystemError) -> Void
    ) {
        (self.program, self.owner, self.origin, self.record) = (program, owner, origin, record)
    }

    /// Starts the program and waits until others can speak with it; answers their end where the two are joined.
    public func start() async throws(VirtError) -> Descriptor? {
        let log = ProgramLog(program.log)
        let before = await Blocking.run { log.size }
        let logEnd = try? LogEnd()
        do {
            try await Blocking.run { () throws(SystemError) in try prepare() }
            if let setup = program.setup { try await run(setup, before, logEnd) }
            return try await launch(before, logEnd)
        } catch {
            await logEnd?.wait(within: .seconds(1))
            let said = await Blocking.run { log.tail(LogTail.ofProgram, from: before) }
            throw explained(error, said)
        }
    }

    private func explained(_ error: any Error, _ said: String) -> VirtError {
        let reason = (error as? ProgramFailure)?.text ?? "\(error)"
        let words = said.isEmpty ? "it wrote nothing to \(program.log)" : "\(program.log) ends with: \(said)"
        return VirtError(
            .internalError, "\(program.name) could not be started for \(owner): \(reason); \(words)",
            from: origin)
    }

    /// Runs what makes the program's state, unless that is there.
    private func run(_ setup: ProgramSetup, _ logStart: UInt64, _ logEnd: LogEnd?) async throws {
        if await Blocking.run({ FileSystem.exists(setup.final) }) { return }
        try await Blocking.run { () throws(SystemError) in
            try FileSystem.removeTree(setup.folder.path)
            try setup.folder.make()
        }
        do {
            for arguments in setup.runs {
                var orders = try await orders(setup.program, arguments, logEnd)
                if !ThisProcess.isRoot { orders.useOwnHome() }
                let feeds = try orders.feed(setup.inputs)
                let status = try await Launcher.run(orders, timeout: Self.setupPatience) {
                    (process) async throws(SystemError) in
                    try await record(ProgramRecord(program, process.identity, logStart: logStart))
                }
                withExtendedLifetime(feeds) {}
                for log in orders.logs { log.close() }
                guard status.isSuccess else {
                    throw ProgramFailure(text: "\(setup.program) ended with \(status)")
                }
            }
            try await Blocking.run { () throws(SystemError) in
                try FileSystem.rename(setup.folder.path, to: setup.final)
            }
        } catch {
            await Blocking.run { try? FileSystem.removeTree(setup.folder.path) }
            throw error
        }
    }

    private func launch(_ logStart: UInt64, _ logEnd: LogEnd?) async throws -> Descriptor? {
        var orders = try await orders(program.program, program.arguments, logEnd)
        let feeds = try orders.feed(program.inputs)
        let contact = try await Blocking.run { () throws(SystemError) in
            try PreparedContact(program.contact, for: program.account?.owner)
        }
        orders.descriptors.merge(contact.handed) { $1 }
        orders.listeners = contact.listeners
        let process = try await Launcher.launch(orders) { (process) async throws(SystemError) in
            try await record(ProgramRecord(program, process.identity, logStart: logStart))
        }
        withExtendedLifetime(feeds) {}
        // Only the program has its end from here on: once it is gone, nobody can connect.
        for descriptor in contact.handed.values { descriptor.close() }
        orders.descriptors = [:]
        for log in orders.logs { log.close() }
        try await contact.wait(for: process, within: Self.patience)
        return contact.kept
    }

    private func orders(
        _ path: String, _ arguments: [String], _ logEnd: LogEnd?
    ) async throws(SystemError) -> LaunchOrders {
        var orders = LaunchOrders(path, arguments, environment: program.environment)
        let (log, owner) = (ProgramLog(program.log), program.account?.owner)
        let file = try await Blocking.run { () throws(SystemError) in try log.forProgram(of: owner) }
        (orders.output, orders.errorOutput) = (file.input, file.input)
        (orders.logs, orders.logLimits, orders.logEnd) = ([file], program.logLimits, logEnd)
        (orders.owner, orders.groups) = (owner, program.account?.groups)
        orders.fileMask = 0o027
        return orders
    }
}

/// Why a program isn't there.
struct ProgramFailure: Error { let text: String }

extension LaunchOrders {
    /// What an ordinary user's programs are configured by stands in that user's home, not in what they serve.
    fileprivate mutating func useOwnHome() {
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            environment[name] = ThisProcess.environment(name)
        }
    }

    /// Puts what the program is to read into pipes, which are to be held until it runs; what is kept is small enough to fit.
    fileprivate mutating func feed(_ inputs: [Int32: [UInt8]]) throws(SystemError) -> [Pipe] {
        var pipes: [Pipe] = []
        for (number, content) in inputs {
            let pipe = try Pipe()
            try pipe.writeEnd.setNonBlocking()
            try pipe.writeEnd.writeAll(content)
            pipe.writeEnd.close()
            descriptors[number] = pipe.readEnd
            pipes.append(pipe)
        }
        return pipes
    }
}
