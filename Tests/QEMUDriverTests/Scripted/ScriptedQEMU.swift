import JSON
import Glibc
import LinuxSystem
import QEMUCorpus
import QEMUModel
import Synchronization

@testable import QEMUDriver

/// Plays QEMU: it can do what a recorded one can, and each guest is a process that sleeps, with a monitor that
/// answers as the script says.
final class ScriptedQEMU: QEMUPrograms {
    private let state = Mutex<(script: Script, guests: [ScriptedGuest])>((Script(), []))

    /// What the guests that are started from now on do.
    func play(_ script: Script) { state.withLock { $0.script = script } }

    /// All guests that were started, in order.
    var guests: [ScriptedGuest] { state.withLock { $0.guests } }

    func capabilities(of emulator: String) async throws(QEMUProbeError) -> QEMUCapabilities {
        guard let recorded = try? RecordedQEMU.x86.capabilities() else { throw .missing(emulator: emulator) }
        return recorded
    }

    func launch(
        _ orders: LaunchOrders, prepare: (ProcessHandle) async throws(SystemError) -> Void
    ) async throws(SystemError) -> ProcessHandle {
        let program = ProgramOrders("/bin/sleep", ["1000"], directory: "/", newSession: true)
        let child = try await Blocking.run { () throws(SystemError) in try ChildProcess.start(program) }
        guard let monitor = try orders.descriptors[GuestStart.monitorNumber]?.duplicate() else {
            throw SystemError(call: "monitor", errno: EBADF)
        }
        let guest = state.withLock { state in
            let guest = ScriptedGuest(child, monitor, state.script)
            state.guests.append(guest)
            return guest
        }
        do throws(SystemError) {
            try await prepare(child.handle)
        } catch {
            guest.die()
            throw error
        }
        guest.serve()
        return child.handle
    }
}

/// How a guest that is played behaves.
struct Script: Sendable {
    enum Answer: Sendable {
        case refusal
        /// Nothing is answered, ever.
        case silence
        /// What is no answer is sent.
        case nonsense
        /// The connection is closed, and a new one is answered.
        case hangUp
        /// The process ends.
        case death
    }

    /// What is done instead of answering a command, by its name; `qmp_capabilities` is one too.
    var answers: [String: Answer] = [:]
    /// What is answered to a command in place of what is answered else.
    var results: [String: JSONValue] = [:]
    /// Events that a command causes come before its reply, as in QEMU; else after it.
    var eventsComeFirst = true
    /// The guest switches itself off when its power button is pressed.
    var obeysPowerButton = true
    /// The guest can't be ended by asking it.
    var ignoresSignals = false
}
