import ByteText
import Glibc
import LinuxSystem
import QMP

/// A QEMU process that is being probed.
struct QEMUProbeRun: Sendable {
    let child: ChildProcess
    let log: QEMUProbeLog
    let monitor: QMPMonitor
    private let deadline: MonotonicTime

    init(child: ChildProcess, log: QEMUProbeLog, socket: Descriptor, timeout: Duration) {
        self.child = child
        self.log = log
        monitor = QMPMonitor(socket: socket, dropsEvents: true, onClose: { _ in })
        deadline = MonotonicTime.now.advanced(by: timeout)
    }

    /// How long it may still take.
    var timeLeft: Duration { MonotonicTime.now.duration(to: deadline) }

    /// Ends the process and its children, if it hasn't ended, and tells how it did.
    @discardableResult
    func end() async -> ExitStatus {
        await monitor.close()
        kill()
        return await child.waitForEnd()
    }

    /// The same for one that has closed its monitor: as a rule it is about to end by itself, for a reason.
    func endAfterSilence() async -> ExitStatus {
        _ = await child.handle.ends(within: .seconds(1))
        return await end()
    }

    /// Kills the process and its children; its end is not awaited, since what hangs in the kernel has none.
    func kill() { try? child.handle.signalGroup(SIGKILL) }
}

/// What a probed QEMU writes to standard error: a pipe that is read once it has ended, and that it can't
/// fill so far that it would wait, since nobody would read on.
struct QEMUProbeLog: Sendable {
    let writer: Descriptor
    private let reader: Descriptor

    init() throws(SystemError) {
        (reader, writer) = try UnixSocket.pair()
    }

    /// The last lines, as far as they say something.
    func text() -> String {
        var bytes: [UInt8] = []
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
            guard let received = try? UnixSocket.receive(from: reader, into: buffer, maximumDescriptors: 0)
            else { return }
            bytes = Array(buffer.prefix(received.count))
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(atByte: "\n")
        return lines.suffix(5).joined(separator: "; ")
    }
}
