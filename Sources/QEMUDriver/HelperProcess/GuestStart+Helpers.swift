import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension GuestStart {
    /// Starts all of a guest's helpers at the same time; QEMU's ends of their connections, by the numbers that QEMU
    /// knows them by.
    func startHelpers(
        _ prepared: PreparedGuest, domain: QEMUDomain
    ) async throws(VirtError) -> [Int32: Descriptor] {
        let starts = prepared.helperProcesses.map { helper in
            HelperStart(
                helper: helper, configuration: context.configuration, folder: prepared.held.folder,
                guest: definition.name
            ) { (record) async throws(SystemError) in try await domain.note(record, of: id) }
        }
        return starts.isEmpty ? [:] : try await all(starts, prepared, domain)
    }

    private func all(
        _ starts: [HelperStart], _ prepared: PreparedGuest, _ domain: QEMUDomain
    ) async throws(VirtError) -> [Int32: Descriptor] {
        let (log, id) = (context.log, id)
        let numbers = QEMUResources.descriptors(of: prepared.helperProcesses)
        let result = await withTaskGroup(of: HelperStart.Outcome.self) { group in
            for start in starts { group.addTask { await start.outcome() } }
            var ends: [Int32: Descriptor] = [:]
            var failure: VirtError?
            for await outcome in group {
                switch outcome {
                case .success(let end?): if let number = numbers[end.alias] { ends[number] = end.end }
                case .success(nil): break
                case .failure(let error):
                    // Whoever still waits for another one need not wait any longer.
                    if failure == nil { await domain.helpers(of: id).end(log) }
                    failure = failure ?? error
                }
            }
            return failure.map { Result.failure($0) } ?? .success(ends)
        }
        return try result.get()
    }
}

extension HelperStart {
    typealias Outcome = Result<(alias: String, end: Descriptor)?, VirtError>

    /// Starts the helper: how that went.
    func outcome() async -> Outcome {
        do throws(VirtError) { return .success(try await start()) } catch { return .failure(error) }
    }
}

extension [HelperRecord] {
    /// Notes a helper's process in place of the one that prepared it.
    mutating func note(_ record: HelperRecord) {
        removeAll { $0.name == record.name }
        append(record)
    }
}

extension HelperRecord {
    /// What a helper that has ended wrote last; nil for one of which that isn't known. May wait.
    var lastWords: String? {
        guard case .gone = process.look() else { return nil }
        let said = HelperLog(log).tail(from: logStart)
        return "\(name) has ended" + (said.isEmpty ? ", and \(log) is empty" : "; \(log) ends with: \(said)")
    }
}
