import Glibc
import LinuxSystem
import QEMUModel
import Virt

/// Does what a ``HelperProcess`` says.
struct HelperStart: Sendable {
    let helper: HelperProcess
    let configuration: QEMUConfiguration
    /// The guest's folder, which is its helpers' home.
    let folder: String
    let guest: String
    /// Is told of a process that waits to run.
    let note: @Sendable (HelperRecord) async throws(SystemError) -> Void

    /// How long a helper may take to say that it listens, and a program that prepares it to end.
    private static let patience = Duration.seconds(30)
    private static let setupPatience = Duration.seconds(120)

    /// Starts the helper and waits until QEMU can connect to it; answers QEMU's end where the two are joined.
    func start() async throws(VirtError) -> (alias: String, end: Descriptor)? {
        let before = await Blocking.run { HelperLog(helper.log).size }
        let logEnd = try? LogEnd()
        do {
            try await Blocking.run { () throws(SystemError) in try prepare() }
            if let setup = helper.setup { try await run(setup, before, logEnd) }
            return try await launch(before, logEnd)
        } catch {
            await logEnd?.wait(within: .seconds(1))
            let said = await Blocking.run { HelperLog(helper.log).tail(from: before) }
            throw explained(error, said)
        }
    }

    private func explained(_ error: any Error, _ said: String) -> VirtError {
        let reason =
            switch error {
            case let error as HelperFailure: error.text
            case let error as SystemError: "\(error)"
            default: "\(error)"
            }
        let words = said.isEmpty ? "it wrote nothing to \(helper.log)" : "\(helper.log) ends with: \(said)"
        return VirtError(
            .internalError, "\(helper.name) could not be started for domain '\(guest)': \(reason); \(words)",
            from: .qemu)
    }

    // MARK: Preparation

    private func prepare() throws(SystemError) {
        for folder in helper.folders { try make(folder) }
        for file in helper.files {
            try FileSystem.replace(
                file.path, with: file.content, owner: owner(helper.runsAs), survivesPowerCut: false)
        }
        for path in helper.leftovers + [helper.socket?.path].compactMap({ $0 }) {
            if !helper.files.contains(where: { $0.path == path }) { try FileSystem.remove(path) }
        }
    }

    private func make(_ folder: HelperFolder) throws(SystemError) {
        if let parent = FileSystem.parent(of: folder.path) {
            try FileSystem.makeDirectory(parent, mode: 0o711, parents: true)
        }
        try FileSystem.makeDirectory(folder.path, mode: folder.mode)
        let directory = try FileSystem.open(folder.path, .directory, links: .trusted)
        if let owner = owner(folder.owner) { try directory.setOwner(user: owner.user, group: owner.group) }
        if folder.owner != .daemon { try directory.setMode(folder.mode) }
    }

    private func owner(_ account: HelperAccount) -> FileOwner? {
        switch account {
        case .daemon: nil
        case .guest: configuration.account
        case .tpm: configuration.tpmAccount
        }
    }

    /// Runs what makes the helper's state, unless that is there.
    private func run(_ setup: HelperSetup, _ logStart: UInt64, _ logEnd: LogEnd?) async throws {
        if await Blocking.run({ FileSystem.exists(setup.final) }) { return }
        try await Blocking.run { () throws(SystemError) in
            try FileSystem.removeTree(setup.folder.path)
            try make(setup.folder)
        }
        do {
            for arguments in setup.runs {
                var orders = try await orders(setup.program, arguments, logEnd)
                if !ThisProcess.isRoot { orders.useOwnHome() }
                let feeds = try feed(setup.inputs, &orders)
                let status = try await Launcher.run(orders, timeout: Self.setupPatience) {
                    (process) async throws(SystemError) in
                    try await note(HelperRecord(helper, process.identity, logStart: logStart))
                }
                withExtendedLifetime(feeds) {}
                for log in orders.logs { log.close() }
                guard status.isSuccess else {
                    throw HelperFailure(text: "\(setup.program) ended with \(status)")
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

    // MARK: Launch

    private func launch(
        _ logStart: UInt64, _ logEnd: LogEnd?
    ) async throws -> (alias: String, end: Descriptor)? {
        var orders = try await orders(helper.program, helper.arguments, logEnd)
        let feeds = try feed(helper.inputs, &orders)
        var announcement: Pipe?
        var end: (alias: String, end: Descriptor)?
        switch helper.socket {
        case .listening(let path): orders.descriptors[HelperProcess.socketNumber] = try await listen(path)
        case .activated(let path):
            orders.descriptors[HelperProcess.socketNumber] = try await listen(path)
            orders.listeners = 1
        case .announced(_, let number):
            let pipe = try Pipe()
            if let owner = owner(helper.runsAs) {
                try pipe.writeEnd.setOwner(user: owner.user, group: owner.group)
            }
            orders.descriptors[number] = pipe.writeEnd
            announcement = pipe
        case .pair(let alias, let keepsPackets):
            let (own, theirs) = try UnixSocket.pair(nonBlocking: false, keepsBoundaries: keepsPackets)
            orders.descriptors[HelperProcess.socketNumber] = theirs
            end = (alias, own)
        case nil: break
        }
        let process = try await Launcher.launch(orders) { (process) async throws(SystemError) in
            try await note(HelperRecord(helper, process.identity, logStart: logStart))
        }
        withExtendedLifetime(feeds) {}
        // Only the helper has its end from here on: once it is gone, nobody can connect.
        orders.descriptors = [:]
        for log in orders.logs { log.close() }
        if let announcement { try await hear(announcement, from: process) }
        return end
    }

    private func orders(
        _ program: String, _ arguments: [String], _ logEnd: LogEnd?
    ) async throws(SystemError) -> LaunchOrders {
        var environment = helper.environment
        for (name, value) in GuestEnvironment.variables(folder) { environment[name] = value }
        var orders = LaunchOrders(program, arguments, environment: environment)
        let owner = owner(helper.runsAs)
        let log = try await Blocking.run { () throws(SystemError) in
            try HelperLog(helper.log).forProgram(of: owner)
        }
        (orders.output, orders.errorOutput) = (log.input, log.input)
        (orders.logs, orders.logLimits, orders.logEnd) = ([log], configuration.logLimits, logEnd)
        orders.owner = owner
        if let owner { orders.groups = helper.runsAs == .guest ? configuration.groups : [owner.group] }
        orders.fileMask = 0o027
        return orders
    }

    private func listen(_ path: String) async throws(SystemError) -> Descriptor {
        let account = configuration.account
        return try await Blocking.run { () throws(SystemError) in
            let socket = try UnixSocket.listen(at: path, mode: 0o600, owner: account)
            // What is handed on is expected to block.
            try socket.setNonBlocking(false)
            return socket
        }
    }

    /// Puts what the program is to read into pipes; what is kept is small enough to fit.
    private func feed(_ inputs: [Int32: [UInt8]], _ orders: inout LaunchOrders) throws(SystemError) -> [Pipe]
    {
        var pipes: [Pipe] = []
        for (number, content) in inputs {
            let pipe = try Pipe()
            try pipe.writeEnd.setNonBlocking()
            try pipe.writeEnd.writeAll(content)
            pipe.writeEnd.close()
            orders.descriptors[number] = pipe.readEnd
            pipes.append(pipe)
        }
        return pipes
    }

    /// Waits until the helper says that it listens.
    private func hear(_ pipe: Pipe, from process: ProcessHandle) async throws {
        pipe.writeEnd.close()
        try pipe.readEnd.setNonBlocking()
        let said = try await pipe.readEnd.firstBytes(within: Self.patience)
        if said == nil {
            throw HelperFailure(
                text:
                    "process \(process.identity.id) does not listen after \(Self.patience.components.seconds) s"
            )
        }
        if said == [] { throw HelperFailure(text: "it ended before it listened") }
    }
}

/// Why a helper isn't there.
struct HelperFailure: Error { let text: String }

extension LaunchOrders {
    /// What an ordinary user's programs are configured by stands in that user's home, not in the guest's.
    fileprivate mutating func useOwnHome() {
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            environment[name] = ThisProcess.environment(name)
        }
    }
}
