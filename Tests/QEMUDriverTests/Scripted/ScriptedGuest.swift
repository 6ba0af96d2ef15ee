import Foundation
import Glibc
import JSON
import LinuxSystem
import Synchronization

/// One guest that is played: a process that sleeps, and a thread that answers at its monitor.
final class ScriptedGuest: Sendable {
    let process: ProcessHandle
    private let child: ChildProcess
    private let listener: Descriptor
    private let state: Mutex<State>

    private struct State {
        var script: Script
        var status = "prelaunch"
        var asked: [String] = []
        var connection: Descriptor?
    }

    init(_ child: ChildProcess, _ listener: Descriptor, _ script: Script) {
        (self.child, self.listener, process) = (child, listener, child.handle)
        state = Mutex(State(script: script))
        child.whenEnded { [weak self] _ in self?.hangUp() }
    }

    /// The commands that it was asked to execute, in order.
    var asked: [String] { state.withLock { $0.asked } }

    /// From now on it behaves otherwise.
    func play(_ script: Script) { state.withLock { $0.script = script } }

    /// Ends at once, as by a signal.
    func die() { try? process.signal(SIGKILL) }

    /// Closes the monitor's connection.
    func hangUp() {
        // The descriptor is the reading thread's: it is only told that nothing more comes.
        state.withLock { state in
            if let connection = state.connection { _ = shutdown(connection.rawValue, Int32(SHUT_RDWR)) }
        }
    }

    /// Tells of an event.
    func tell(_ name: String, _ data: JSONObject = [:]) {
        send(["event": .string(name), "data": .object(data), "timestamp": ["seconds": 0, "microseconds": 0]])
    }

    /// Begins to answer, one connection after the other.
    func serve() {
        Foundation.Thread.detachNewThread { [self] in
            try? listener.setNonBlocking(false)
            while child.status == nil {
                var watched = pollfd(fd: listener.rawValue, events: Int16(POLLIN), revents: 0)
                guard poll(&watched, 1, 50) > 0, let accepted = try? UnixSocket.accept(from: listener) else {
                    continue
                }
                converse(accepted)
            }
            listener.close()
        }
    }

    private func converse(_ connection: Descriptor) {
        try? connection.setNonBlocking(false)
        state.withLock { $0.connection = connection }
        defer {
            state.withLock { $0.connection = nil }
            connection.close()
        }
        send(["QMP": ["version": ["qemu": ["major": 7, "minor": 2, "micro": 0]], "capabilities": []]])
        var text: [UInt8] = []
        while let bytes = read(connection), !bytes.isEmpty {
            text += bytes
            while let end = text.firstIndex(of: 0x0A) {
                let line = Array(text[..<end])
                text.removeSubrange(...end)
                guard let request = try? JSONValue(parsing: line) else { continue }
                if !answer(request) { return }
            }
        }
    }

    private func read(_ connection: Descriptor) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(connection.rawValue, &buffer, buffer.count)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    private func send(_ message: JSONValue) {
        let bytes = message.encoded + [0x0D, 0x0A]
        // Held meanwhile, so that lines of two threads don't mix.
        state.withLock { state in
            guard let connection = state.connection else { return }
            _ = Glibc.send(connection.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Answers a command; false where the connection ends with it.
    private func answer(_ request: JSONValue) -> Bool {
        let (name, id) = (request["execute"]?.string ?? "", request["id"] ?? .null)
        let script = state.withLock { state in
            state.asked.append(name)
            return state.script
        }
        switch script.answers[name] {
        case .refusal:
            send(["error": ["class": "GenericError", "desc": "it is refused by the script"], "id": id])
        case .silence: break
        case .nonsense: send(.string("nonsense"))
        case .hangUp: return false
        case .death:
            die()
            return false
        case nil:
            let events = events(of: name, script)
            if script.eventsComeFirst { for event in events { tell(event.name, event.data) } }
            send(["return": script.results[name] ?? result(of: name), "id": id])
            if !script.eventsComeFirst { for event in events { tell(event.name, event.data) } }
        }
        return true
    }

    private func events(of command: String, _ script: Script) -> [(name: String, data: JSONObject)] {
        func become(_ status: String) { state.withLock { $0.status = status } }
        switch command {
        case "stop":
            become("paused")
            return [("STOP", [:])]
        case "cont":
            become("running")
            return [("RESUME", [:])]
        case "dump-guest-memory": return [("DUMP_COMPLETED", [:])]
        case "migrate", "migrate-incoming":
            become(command == "migrate" ? "postmigrate" : "paused")
            return [("MIGRATION", ["status": "completed"])]
        case "system_reset": return [("RESET", ["guest": false])]
        case "system_powerdown" where script.obeysPowerButton:
            become("shutdown")
            return [
                ("POWERDOWN", [:]), ("SHUTDOWN", ["guest": true, "reason": "guest-shutdown"]), ("STOP", [:]),
            ]
        default: return []
        }
    }

    private func result(of command: String) -> JSONValue {
        switch command {
        case "query-status": ["status": .string(state.withLock { $0.status }), "running": false]
        case "query-dump-guest-memory-capability": ["formats": ["elf"]]
        case "query-dump": ["status": "completed", "total": 4096, "completed": 4096]
        case "query-migrate":
            [
                "status": "completed",
                "ram": ["total": JSONValue(16 << 20), "transferred": 4096, "remaining": 0],
            ]
        case "query-migrate-parameters": ["max-bandwidth": JSONValue(128 << 20)]
        case "query-balloon": ["actual": JSONValue(UInt64(16 << 20))]
        case "query-chardev", "query-hotpluggable-cpus", "query-iothreads", "qom-list": []
        case "query-cpus-fast":
            [
                [
                    "cpu-index": 0, "thread-id": JSONValue(process.identity.id),
                    "qom-path": "/machine/unattached/device[0]",
                ]
            ]
        default: [:]
        }
    }
}
