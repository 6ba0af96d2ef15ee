import ByteText
import HostKit
import VirtXML

/// What iscsiadm is told, and what it says.
struct ISCSICommand: Sendable {
    /// The server's address, its port, and the group of its portals.
    let portal: String
    let target: String

    init(_ source: PoolSource) {
        let host = source.hosts.first ?? PoolHost()
        portal = Self.portal(of: host)
        target = source.devices.first?.path ?? ""
    }

    /// A server of version 6 stands in brackets.
    static func portal(of host: PoolHost) -> String {
        let name =
            host.name.contains(byte: ":") && !host.name.hasBytePrefix("[") ? "[\(host.name)]" : host.name
        return "\(name):\(host.port ?? 3260),1"
    }

    private static func task(_ words: [String]) -> ProgramTask { ProgramTask("iscsiadm", words) }
    private var node: [String] { ["--mode", "node", "--portal", portal, "--targetname", target] }

    static func sessions() -> ProgramTask { task(["--mode", "session"]) }
    static func interfaces() -> ProgramTask { task(["--mode", "iface"]) }
    static func rescan(_ session: String) -> ProgramTask { task(["--mode", "session", "-r", session, "-R"]) }

    func makeNode() -> ProgramTask { Self.task(node + ["--op", "new"]) }
    func logIn(_ interface: String?) -> ProgramTask {
        Self.task(node + ["--login"] + Self.through(interface))
    }
    func logOut(_ interface: String?) -> ProgramTask {
        Self.task(node + ["--logout"] + Self.through(interface))
    }

    /// Sets how the node is talked to.
    func set(_ name: String, _ value: String) -> ProgramTask {
        let node = ["--mode", "node", "--portal", portal, "--target", target]
        return Self.task(node + ["--op", "update", "--name", name, "--value", value])
    }

    private static func through(_ interface: String?) -> [String] {
        interface.map { ["--interface", $0] } ?? []
    }

    /// Asks the server for its targets.
    ///
    /// - Parameter isKept: the answer is put down, so that a target can be logged in to.
    static func discover(_ portal: String, _ interface: String?, isKept: Bool) -> ProgramTask {
        task(
            ["--mode", "discovery", "--type", "sendtargets", "--portal", portal]
                + (isKept ? [] : ["--op", "nonpersistent"]) + through(interface))
    }

    // MARK: Interfaces

    static func makeInterface(_ name: String) -> ProgramTask {
        task(["--mode", "iface", "--interface", name, "--op", "new"])
    }

    static func setInitiator(_ initiator: String, of interface: String) -> ProgramTask {
        task([
            "--mode", "iface", "--interface", interface, "--op", "update", "--name", "iface.initiatorname",
            "--value", initiator,
        ])
    }

    // MARK: Answers

    /// The number of the session with a target, from lines such as `tcp: [1] 10.0.0.1:3260,1 iqn.x:y (non-flash)`.
    func session(in text: String) -> String? {
        for line in text.split(atByte: "\n") {
            let words = line.splitAtBlanks()
            guard words.count > 3, words[3].hasSameBytes(as: target),
                let number = words[1].droppingBytePrefix("[")?.droppingByteSuffix("]"), UInt32(number) != nil
            else { continue }
            return String(number)
        }
        return nil
    }

    /// The interface that has an initiator's name, from lines such as `name tcp,<empty>,<empty>,<empty>,iqn.x:y`.
    static func interface(of initiator: String, in text: String) -> String? {
        for line in text.split(atByte: "\n") {
            let words = line.splitAtBlanks()
            guard words.count == 2 else { continue }
            let cells = words[1].split(atByte: ",")
            if cells.count > 4, cells[4].hasSameBytes(as: initiator) { return String(words[0]) }
        }
        return nil
    }

    /// The names of targets, from lines such as `10.0.0.1:3260,1 iqn.x:y`.
    static func targets(in text: String) -> [String] {
        text.split(atByte: "\n").compactMap { line in
            let words = line.splitAtBlanks()
            return words.count == 2 ? String(words[1]) : nil
        }
    }
}
