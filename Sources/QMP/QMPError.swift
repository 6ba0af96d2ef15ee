/// Why a command of QEMU's monitor has no reply, or an unwelcome one.
public enum QMPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// QEMU refused the command: its class of error (`GenericError`, `CommandNotFound`, …) and message.
    case refused(command: String, class: String, message: String)
    /// QEMU has closed the monitor, or has exited.
    case disconnected
    /// QEMU didn't answer in time; the reply is dropped if it comes later.
    case timedOut(command: String)
    /// The command isn't sent, since so many others have no answer yet.
    case busy(command: String, unanswered: Int)
    /// What QEMU sent isn't the protocol. The connection is given up, but QEMU may live on.
    case protocolViolation(String)
    /// The connection failed with this system error number.
    case system(errno: Int32)

    public var description: String {
        switch self {
        case .refused(let command, _, let message):
            "unable to execute QEMU command '\(command)': \(message)"
        case .disconnected: "the monitor of QEMU is closed"
        case .timedOut(let command): "QEMU did not answer '\(command)' in time"
        case .busy(let command, let count):
            "QEMU has \(count) commands to answer already; '\(command)' is not sent"
        case .protocolViolation(let what): "QEMU's monitor sent what it must not: \(what)"
        case .system(let number): "the connection to QEMU's monitor failed with error \(number)"
        }
    }
}
