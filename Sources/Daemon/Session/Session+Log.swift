import LinuxSystem
import Logging
import RemoteProtocol
import Transport
import Virt
import VirtDriver
import XDR

extension Session {
    /// Who the client is, as the log names it.
    private var name: String { client.name }

    /// Says something about the client in the log, unless its user's clients have caused too many lines already.
    func tell(_ level: Logger.Level, _ text: @autoclosure () -> String) {
        guard server.log.logLevel <= level, let line = user.logLine("\(name): \(text())") else { return }
        server.log.log(level: level, "\(line)")
    }

    /// Says who may change things here from now on. These lines are never left out.
    func auditOpening(_ uri: ConnectionURI) {
        server.log.info("\(name): connected read-write to \(uri)")
    }

    /// Says who changed what, or tried to. These lines are never left out.
    func audit(_ packet: Packet, _ facts: ProcedureFacts, _ reply: Packet) {
        server.log.info("\(name): \(facts.api)\(object(packet, facts, reply)): done")
    }

    /// The same for what failed.
    func audit(_ packet: Packet, _ facts: ProcedureFacts, _ error: VirtError) {
        server.log.info("\(name): \(facts.api)\(object(packet, facts, nil)): failed: \(error.message)")
    }

    /// The name of what a call is about, where arguments or reply begin with one.
    private func object(_ packet: Packet, _ facts: ProcedureFacts, _ reply: Packet?) -> String {
        let named =
            facts.options.contains(.namesObject) ? packet : facts.options.contains(.makesObject) ? reply : nil
        guard var reader = named?.reader() else { return "" }
        var name = ""
        return (try? reader.string(&name)) == nil ? "" : " '\(name)'"
    }
}
