/// Why it isn't known what a QEMU binary can do. Each names the binary.
package enum QEMUProbeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file.
    case missing(emulator: String)
    /// The file can't be run by the user that QEMU runs as.
    case notExecutable(emulator: String)
    /// It ended before it answered: its exit status and the last lines of its standard error.
    case exited(emulator: String, status: String, output: String)
    /// It did not answer in time.
    case timedOut(emulator: String)
    /// Its monitor failed.
    case monitor(emulator: String, String)
    /// It answered, but left out what can't be done without.
    case incomplete(emulator: String, String)

    package var description: String {
        switch self {
        case .missing(let emulator): "Cannot check QEMU binary \(emulator): No such file or directory"
        case .notExecutable(let emulator): "QEMU binary \(emulator) is not executable: Permission denied"
        case .exited(let emulator, let status, let output):
            "Failed to start QEMU binary \(emulator) for probing: "
                + (output.isEmpty ? "it \(status)" : output)
        case .timedOut(let emulator): "QEMU binary \(emulator) did not answer in time while it was probed"
        case .monitor(let emulator, let error): "Probing QEMU binary \(emulator) failed: \(error)"
        case .incomplete(let emulator, let what): "QEMU binary \(emulator) cannot be used: \(what)"
        }
    }
}
