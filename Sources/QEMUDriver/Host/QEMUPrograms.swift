import LinuxSystem
import QEMUModel

/// QEMU as the driver meets it: what its binaries can do, and how one is started. The one seam between the driver and
/// the programs, so that another can play them.
protocol QEMUPrograms: Sendable {
    /// What a binary can do.
    func capabilities(of emulator: String) async throws(QEMUProbeError) -> QEMUCapabilities

    /// Starts QEMU of a guest, which outlives this process. `prepare` is called while the process exists but waits; when
    /// it throws, nothing runs.
    func launch(
        _ orders: LaunchOrders, prepare: (ProcessHandle) async throws(SystemError) -> Void
    ) async throws(SystemError) -> ProcessHandle
}

/// The binaries that are installed.
struct InstalledPrograms: QEMUPrograms {
    let prober: QEMUProber

    func capabilities(of emulator: String) async throws(QEMUProbeError) -> QEMUCapabilities {
        try await prober.capabilities(of: emulator)
    }

    func launch(
        _ orders: LaunchOrders, prepare: (ProcessHandle) async throws(SystemError) -> Void
    ) async throws(SystemError) -> ProcessHandle {
        try await Launcher.launch(orders, prepare: prepare)
    }
}
