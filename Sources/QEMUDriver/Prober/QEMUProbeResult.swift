import QEMUModel

/// How much a binary is asked.
enum QEMUProbeExtent: Sendable {
    /// All that driving guests takes.
    case whole
    /// What it takes to list the binary.
    case summary
}

/// What is made of a binary's answers.
protocol QEMUProbeResult: Sendable {
    init(emulator: String, exchanges: [QEMUExchange]) throws(QEMUProbeError)
}

extension QEMUSummary: QEMUProbeResult {}

extension QEMUCapabilities: QEMUProbeResult {
    init(emulator: String, exchanges: [QEMUExchange]) throws(QEMUProbeError) {
        try self.init(emulator: emulator, exchanges: exchanges, hostHasHVF: false)
    }
}
