import Glibc
import JSON
import LinuxSystem
import QMP

/// One run of a QEMU binary that is only asked questions.
struct QEMUProbe {
    let emulator: String
    /// What is to be started for the orders given; a launcher may be put before them.
    let launch: @Sendable (ProgramOrders) -> ProgramOrders
    let timeout: Duration

    /// Asks a binary with one choice of accelerators, such as `kvm:tcg`.
    func ask(accelerators: String, isWhole: Bool) async throws(QEMUProbeError) -> [QEMUExchange] {
        let run = try await start(accelerators)
        do {
            let exchanges = try await converse(run.monitor, isWhole: isWhole)
            await run.end()
            return exchanges
        } catch {
            throw await failure(error, of: run)
        }
    }

    private func start(_ accelerators: String) async throws(QEMUProbeError) -> QEMUProbeRun {
        do {
            let (ours, theirs) = try UnixSocket.pair()
            let log = try QEMUProbeLog()
            let orders = launch(orders(accelerators, socket: theirs, log: log))
            let child = try await Blocking.run { () throws(SystemError) in try ChildProcess.start(orders) }
            theirs.close()
            return QEMUProbeRun(child: child, log: log, socket: ours)
        } catch {
            throw .exited(emulator: emulator, status: "could not be started", output: "\(error)")
        }
    }

    private func orders(_ accelerators: String, socket: Descriptor, log: QEMUProbeLog) -> ProgramOrders {
        ProgramOrders(
            emulator,
            [
                "-S", "-no-user-config", "-nodefaults", "-nographic", "-machine",
                "none,accel=\(accelerators)", "-chardev", "socket,id=monitor,fd=3", "-mon",
                "chardev=monitor,mode=control",
            ],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"], directory: "/",
            descriptors: [2: log.writer, 3: socket], newSession: true)
    }

    private func converse(
        _ monitor: QMPMonitor, isWhole: Bool
    ) async throws(QMPError) -> [QEMUExchange] {
        try await monitor.open(timeout: timeout)
        var exchanges = [QEMUExchange(command: "qmp_capabilities", arguments: nil, answer: ["return": [:]])]
        if isWhole { try await askGeneral(monitor, &exchanges) }
        let usesKVM = exchanges.contains { $0.command == "query-kvm" && $0.result?["enabled"]?.bool == true }
        try await ask(QEMUQuestions.acceleration(model: usesKVM ? "host" : "max"), monitor, &exchanges)
        if usesKVM { try await ask(QEMUQuestions.enlightenments, monitor, &exchanges) }
        return exchanges
    }

    private func askGeneral(
        _ monitor: QMPMonitor, _ exchanges: inout [QEMUExchange]
    ) async throws(QMPError) {
        try await ask(QEMUQuestions.general, monitor, &exchanges)
        let target = exchanges.first { $0.command == "query-target" }?.result?["arch"]?.string ?? ""
        let types = exchanges.first { $0.command == "qom-list-types" }?.result?.array ?? []
        let names = Set(types.compactMap { $0["name"]?.string })
        try await ask(QEMUQuestions.properties(target: target, types: names), monitor, &exchanges)
    }

    /// A refusal is an answer too; anything else is the end of the conversation.
    private func ask(
        _ questions: [QEMUQuestions.Question], _ monitor: QMPMonitor, _ exchanges: inout [QEMUExchange]
    ) async throws(QMPError) {
        for (command, arguments) in questions {
            let answer: JSONValue
            do {
                answer = ["return": try await monitor.execute(command, arguments, timeout: timeout)]
            } catch .refused(_, let kind, let message) {
                answer = ["error": ["class": .string(kind), "desc": .string(message)]]
            }
            exchanges.append(
                QEMUExchange(command: command, arguments: arguments.map(JSONValue.object), answer: answer))
        }
    }

    private func failure(_ error: QMPError, of run: QEMUProbeRun) async -> QEMUProbeError {
        switch error {
        case .timedOut:
            await run.end()
            return .timedOut(emulator: emulator)
        case .disconnected:
            let status = await run.end()
            return .exited(emulator: emulator, status: "ended (\(status))", output: run.log.text())
        default:
            await run.end()
            return .monitor(emulator: emulator, error)
        }
    }
}
