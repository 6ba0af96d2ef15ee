import JSON

/// The little of a QEMU binary that the host's capabilities tell: whom it can run, on which machines.
package struct QEMUSummary: Sendable, Equatable {
    /// The binary's path.
    package var emulator: String
    /// The guest's architecture in libvirt's words.
    package var architecture: String
    /// What can run the guest's instructions.
    package var accelerators: Set<QEMUAccelerator> = []
    /// The machine types with the fastest accelerator, in QEMU's order.
    package var machines: [QEMUMachine]

    /// From the answers to the short list of questions, or to all.
    package init(emulator: String, exchanges: [QEMUExchange]) throws(QEMUProbeError) {
        guard let first = QEMUCapabilities.split(exchanges).first else {
            throw .incomplete(emulator: emulator, "it said nothing")
        }
        self.emulator = emulator
        architecture = try QEMUCapabilities.architecture(of: emulator, first)
        machines = QEMUAcceleration(first).machines
        let hasKVM = QEMUQuestions.usesKVM(first)
        if hasKVM { accelerators.insert(.kvm) }
        if !hasKVM || Self.emulates(first) { accelerators.insert(.tcg) }
    }

    private static func emulates(_ conversation: ArraySlice<QEMUExchange>) -> Bool {
        conversation.contains { exchange in
            switch exchange.command {
            case "qom-list-types":
                exchange.result?.array?.contains { $0["name"]?.string == QEMUQuestions.emulation } ?? false
            case "qom-list-properties":
                exchange.arguments?["typename"]?.string == QEMUQuestions.emulation && exchange.result != nil
            default: false
            }
        }
    }
}
