import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension StorageDriver {
    /// How long an image may take to be made.
    private static var patience: Duration { .seconds(24 * 3600) }

    /// Has qemu-img do something.
    ///
    /// - Parameters:
    ///   - part: what is made by it, on record while it is.
    ///   - final: what stands for the part's path in messages.
    func run(
        _ command: ImageCommand, making part: PartRecords.Record? = nil, final: String? = nil
    ) async throws(VirtError) {
        var task = ProgramTask("qemu-img", command.words, patience: Self.patience)
        for (number, secret) in command.secrets { task.inputs[number] = try value(of: secret) }
        let shown = part.map { "\($0.folder)/\($0.part.text)" }
        try await run(task, making: part) { text in
            guard let shown, let final else { return text }
            return text.replacing(bytesOf: shown, with: final)
        }
    }

    private func value(of secret: StorageEncryption.Secret) throws(VirtError) -> [UInt8] {
        try value(of: secret.reference, for: .volume)
    }

    /// What a secret holds that a document names.
    func value(of secret: VirtXML.SecretReference, for use: SecretUsageType) throws(VirtError) -> [UInt8] {
        if let uuid = secret.uuid {
            return try secrets.secretValue(uuid: uuid, for: use).withBytes { Array($0) }
        }
        return try secrets.secretValue(for: use, secret.usage ?? "").withBytes { Array($0) }
    }

    /// Runs a program to its end; libvirt's words where it fails.
    ///
    /// - Parameter mixesOutputs: the program complains where others only answer.
    @discardableResult
    func run(
        _ task: ProgramTask, making part: PartRecords.Record? = nil, mixesOutputs: Bool = false,
        shown: (String) -> String = { $0 }
    ) async throws(VirtError) -> [UInt8] {
        let outcome: ProgramTask.Outcome
        let parts = parts
        do throws(SystemError) {
            outcome = try await task.run { (process) async throws(SystemError) in
                guard var record = part else { return }
                record.process = process
                let kept = record
                try await Blocking.run { () throws(SystemError) in try parts.keep(kept) }
            }
        } catch {
            if error.errno == 2, error.call == "exec" {
                throw VirtError(error, "Cannot find '\(task.program)' in path", from: .none)
            }
            throw VirtError(error, "cannot run \(task.program)", from: .storage)
        }
        if outcome.status.isSuccess { return outcome.output }
        let path = ProgramOrders.find(task.program) ?? task.program
        let words = shown(([path] + task.arguments).joined(separator: " "))
        let answer = mixesOutputs ? String(decoding: outcome.output, as: UTF8.self) : ""
        throw VirtError(
            .internalError,
            "Child process (\(words)) unexpected \(outcome.status): \(shown(answer + outcome.errorText))",
            from: .none)
    }

    /// What a program says, run to its end.
    func text(of task: ProgramTask, mixesOutputs: Bool = false) async throws(VirtError) -> String {
        String(decoding: try await run(task, mixesOutputs: mixesOutputs), as: UTF8.self)
    }
}
