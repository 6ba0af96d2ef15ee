import DriverKit
import LinuxSystem
import QEMUModel
import QMP
import Virt

extension VirtError {
    /// That a guest has ended while a call was at work on it.
    static let endedMeanwhile = VirtError(.operationFailed, "domain is no longer running", from: .qemu)

    /// What QEMU answered to a command, or that it didn't.
    init(_ error: QMPError, command: String) {
        switch error {
        case .refused: self.init(.internalError, "\(error)", from: .qemu)
        case .timedOut:
            self.init(
                .operationTimeout, "QEMU has not answered to '\(command)'; the guest may hang", from: .qemu)
        case .busy: self.init(.operationFailed, "\(error): the guest may hang", from: .qemu)
        default:
            self.init(.operationFailed, "the connection to QEMU's monitor has ended: \(error)", from: .qemu)
        }
    }

    /// A failed call of the system, about `what`.
    init(_ error: SystemError, _ what: String) {
        self.init(error, what, from: .qemu)
    }

    /// A QEMU binary that can't be used.
    init(_ error: QEMUProbeError) {
        switch error {
        case .missing(let emulator):
            self.init(
                SystemError(call: "access", errno: 2, context: emulator),
                "Cannot check QEMU binary \(emulator)")
        case .notExecutable(let emulator):
            self.init(
                SystemError(call: "access", errno: 13, context: emulator),
                "QEMU binary \(emulator) is not executable")
        default: self.init(.internalError, "\(error)", from: .qemu)
        }
    }
}
