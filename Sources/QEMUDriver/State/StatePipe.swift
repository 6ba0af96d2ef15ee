import Glibc
import HostKit
import LinuxSystem
import Virt

/// What stands between QEMU and the file that a guest's state is in: nothing, or a program that packs or unpacks.
struct StatePipe: Sendable {
    /// What QEMU is given.
    let end: Descriptor
    /// The program; nil where QEMU has the file itself.
    private let work: Task<StatePipeFailure?, Never>?

    /// QEMU has the file itself.
    init(_ file: Descriptor) { (end, work) = (file, nil) }

    /// What QEMU writes is packed into a file.
    init(packing file: Descriptor, with program: String) throws(VirtError) {
        let path = try Self.find(program)
        let pipe = try Self.pipe()
        end = pipe.writeEnd
        work = Self.run(path, ["-c"], input: pipe.readEnd, output: file, closing: pipe.readEnd)
    }

    /// QEMU reads what a file has, unpacked.
    init(unpacking file: Descriptor, with program: String) throws(VirtError) {
        let path = try Self.find(program)
        let pipe = try Self.pipe()
        end = pipe.readEnd
        work = Self.run(path, ["-dc"], input: file, output: pipe.writeEnd, closing: pipe.writeEnd)
    }

    /// Waits until all is where it belongs, once QEMU has closed its end; this one is closed. Throws what went wrong.
    func finish() async throws(VirtError) {
        guard let work else { return }
        end.close()
        if let failure = await work.value {
            throw VirtError(.operationFailed, failure.message, from: .qemu)
        }
    }

    private static func find(_ program: String) throws(VirtError) -> String {
        if let path = ProgramOrders.find(program) { return path }
        throw VirtError(
            .operationFailed,
            "Compression program for save image format in configuration file isn't available", from: .qemu)
    }

    private static func pipe() throws(VirtError) -> Pipe {
        do throws(SystemError) { return try Pipe() } catch { throw VirtError(error, "no pipe can be made") }
    }

    /// - Parameter end: what only the program is to hold once it runs, so that its end is seen.
    private static func run(
        _ path: String, _ arguments: [String], input: Descriptor, output: Descriptor, closing end: Descriptor
    ) -> Task<StatePipeFailure?, Never> {
        Task {
            do throws(SystemError) {
                let errors = try Pipe()
                var orders = LaunchOrders(
                    path, arguments, environment: ["LC_ALL": "C", "PATH": "/usr/bin:/bin"])
                (orders.input, orders.output, orders.errorOutput) = (input, output, errors.writeEnd)
                orders.dropsCapabilities = true
                defer { end.close() }
                let status = try await Launcher.run(orders, timeout: patience) {
                    (_) throws(SystemError) in
                    end.close()
                    errors.writeEnd.close()
                }
                if status.isSuccess { return nil }
                let said = (try? errors.readEnd.readOnce(atMost: 4096)) ?? []
                let words = said.isEmpty ? "\(status)" : String(decoding: said, as: UTF8.self)
                return StatePipeFailure("\(path): \(words)")
            } catch {
                return StatePipeFailure("\(path): \(error.reason)")
            }
        }
    }

    /// Longer than any guest's state takes.
    private static let patience = Duration.seconds(7 * 24 * 3600)
}

/// Why a program that packs or unpacks has failed.
private struct StatePipeFailure: Sendable {
    let message: String

    init(_ message: String) { self.message = message }
}
