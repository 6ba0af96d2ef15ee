import ByteText
import Roost
import Virt

extension Command {
    static let sendProcessSignal = Command(
        "send-process-signal", "Send signals to processes",
        description: "Send a signal to a process of the guest's system.",
        options: [
            .required("domain", "domain name, id or uuid", complete: .domains([.active])),
            .required("pid", "the process ID"),
            .required("signame", "the signal number or name", complete: .words(signals)),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let word = try arguments.required("pid")
        guard let process = Int64(word) else { throw arguments.malformed("pid", word) }
        let name = try arguments.required("signame")
        guard let signal = signalNumber(name) else { throw Failure("malformed signal name: \(name)") }
        try await domain.sendProcessSignal(pid: process, signum: signal, flags: 0)
    }
}

/// The names of signals, each at the place that is its number.
private let signals = (Int32(0)...64).map { "\(DomainProcessSignal(rawValue: $0))" }

/// A signal by its number, or its name with or without `sig`, in any letters.
private func signalNumber(_ word: String) -> UInt32? {
    if let number = UInt32(word) { return number }
    let name = word.lowercased()
    let short = name.droppingBytePrefix("sig").map { String($0) } ?? name
    return signals.firstIndex(of: short).flatMap { UInt32(exactly: $0) }
}
