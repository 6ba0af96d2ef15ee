import Glibc
import JSON
import LinuxSystem
import QEMUModel
import QMP

/// One run of a QEMU binary that is only asked questions.
struct QEMUProbe {
    let emulator: String
    /// What is to be started for the orders given; a launcher may be put before them.
    let launch: @Sendable (ProgramOrders) -> ProgramOrders
    /// How long it all may take.
    let timeout: Duration

    /// Asks a binary with one choice of accelerators, such as `kvm:tcg`; `then` tells what else, from the answers.
    func ask(
        _ questions: [QEMUQuestions.Question], accelerators: String,
        then: ([QEMUExchange]) -> [QEMUQuestions.Question] = { _ in [] }
    ) async throws(QEMUProbeError) -> [QEMUExchange] {
        let run = try await start(accelerators)
        do {
            try await run.monitor.open(timeout: run.timeLeft)
            var exchanges = [
                QEMUExchange(command: "qmp_capabilities", arguments: nil, answer: ["return": [:]])
            ]
            exchanges += try await ask(questions, run)
            exchanges += try await ask(then(exchanges), run)
            await run.end()
            return exchanges
        } catch {
            throw await failure(error, of: run)
        }
    }

    private func start(_ accelerators: String) async throws(QEMUProbeError) -> QEMUProbeRun {
        do {
            let (ours, theirs) = try UnixSocket.pair(nonBlocking: false)
            let log = try QEMUProbeLog()
            let orders = launch(orders(accelerators, socket: theirs, log: log))
            let child = try await Blocking.run { () throws(SystemError) in try ChildProcess.start(orders) }
            theirs.close()
            return QEMUProbeRun(child: child, log: log, socket: ours, timeout: timeout)
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

    /// Sends all questions before the first answer has come. A refusal is an answer too; anything else is the
    /// end of the conversation.
    private func ask(
        _ questions: [QEMUQuestions.Question], _ run: QEMUProbeRun
    ) async throws(QMPError) -> [QEMUExchange] {
        var exchanges: [QEMUExchange] = []
        let results = await run.monitor.execute(batch: questions, timeout: run.timeLeft)
        for (question, result) in zip(questions, results) {
            let answer: JSONValue
            do {
                answer = ["return": try result.get()]
            } catch .refused(_, let kind, let message) {
                answer = ["error": ["class": .string(kind), "desc": .string(message)]]
            }
            exchanges.append(
                QEMUExchange(
                    command: question.name, arguments: question.arguments.map(JSONValue.object),
                    answer: answer))
        }
        return exchanges
    }

    private func failure(_ error: QMPError, of run: QEMUProbeRun) async -> QEMUProbeError {
        switch error {
        case .timedOut:
            run.kill()
            return .timedOut(emulator: emulator)
        case .disconnected:
            let status = await run.endAfterSilence()
            return .exited(emulator: emulator, status: "ended (\(status))", output: run.log.text())
        default:
            await run.end()
            return .monitor(emulator: emulator, "\(error)")
        }
    }
}
