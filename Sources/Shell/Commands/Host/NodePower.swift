import ByteText
import Roost
import Virt

extension Command {
    static let nodesuspend = Command(
        "nodesuspend", "suspend the host node for a given time duration",
        description: "Have the host sleep, and wake by itself after some time.",
        options: [
            .required("target", "mem(Suspend-to-RAM), disk(Suspend-to-Disk), hybrid(Hybrid-Suspend)"),
            .required("duration", "Suspend duration in seconds, at least 60", type: .number),
        ]
    ) { session, arguments in
        let word = try arguments.required("target")
        let text = try arguments.required("duration")
        guard let duration = Int64(text) else { throw arguments.malformed("duration", text) }
        guard let target = ["mem", "disk", "hybrid"].firstIndex(where: { $0.hasSameBytes(as: word) }) else {
            throw Failure("Invalid target")
        }
        guard let seconds = UInt64(exactly: duration) else { throw Failure("Invalid duration") }
        let connection = try await session.connected()
        try await explaining("The host was not suspended") {
            try await connection.nodeSuspendForDuration(target: UInt32(target), duration: seconds, flags: 0)
        }
    }

    static let nodesevinfo = Command(
        "nodesevinfo", "node SEV information",
        description: "Print what is to be known of the host's encryption of guests' memory.", options: []
    ) { session, _ in
        let connection = try await session.connected()
        let parameters = try await explaining("Unable to get host SEV information") {
            try await connection.nodeSEVInfo(flags: 0)
        }
        for parameter in parameters {
            session.output.print("\(parameter.field.padded(to: 18)): \(parameter.value.text)\n")
        }
    }
}
