import HostKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension GuestStart {
    private typealias Outcome = Result<(alias: String, end: Descriptor)?, VirtError>

    /// Starts all of a guest's helpers at the same time; QEMU's ends of their connections, by the numbers that QEMU
    /// knows them by.
    func startHelpers(
        _ prepared: PreparedGuest, domain: QEMUDomain
    ) async throws(VirtError) -> [Int32: Descriptor] {
        let helpers = prepared.helperProcesses
        if helpers.isEmpty { return [:] }
        let (log, id) = (context.log, id)
        let numbers = QEMUResources.descriptors(of: helpers)
        let result = await withTaskGroup(of: Outcome.self) { group in
            for helper in helpers {
                group.addTask { await self.outcome(of: helper, prepared.held.folder, domain) }
            }
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

    /// Starts a helper: how that went, and QEMU's end by the name of its device.
    private func outcome(of helper: HelperProcess, _ folder: String, _ domain: QEMUDomain) async -> Outcome {
        let id = id
        let start = helper.start(for: definition.name, context.configuration, home: folder) {
            (record) async throws(SystemError) in try await domain.note(record, of: id)
        }
        do throws(VirtError) {
            let end = try await start.start()
            guard let end, case .pair(let alias, _)? = helper.socket else { return .success(nil) }
            return .success((alias, end))
        } catch {
            return .failure(error)
        }
    }
}
