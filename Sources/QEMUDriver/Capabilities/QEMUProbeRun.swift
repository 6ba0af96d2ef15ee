import Glibc
import LinuxSystem
import QMP

/// A QEMU process that is being probed.
struct QEMUProbeRun: Sendable {
    let child: ChildProcess
    let log: QEMUProbeLog
    let monitor: QMPMonitor

    init(child: ChildProcess, log: QEMUProbeLog, socket: Descriptor) {
        self.child = child
        self.log = log
        monitor = QMPMonitor(socket: socket, onEvent: { _ in }, onClose: { _ in })
    }

    /// Ends the process, if it hasn't ended, and tells how it did.
    @discardableResult
    func end() async -> ExitStatus {
        await monitor.close()
        try? child.handle.signal(SIGKILL)
        return await child.waitForEnd()
    }
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
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.suffix(5).joined(separator: "; ")
    }
}
