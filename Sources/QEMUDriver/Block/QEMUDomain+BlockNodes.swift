import DriverKit
import JSON
import QEMUModel
import QMP
import Virt
import VirtXML

extension QEMUDomain {
    /// The nodes of the running guest's disks, as QEMU tells of them now.
    func blockNodes() async throws(VirtError) -> BlockNodes {
        func answer(_ question: MonitorCommand) async throws(VirtError) -> JSONValue {
            try await ask(question.name, question.arguments)
        }
        let named = mayHaveEndedJob ? JSONValue.null : try await answer(BlockNodes.naming)
        return BlockNodes(
            named: named, counted: try await answer(BlockNodes.counting),
            plugged: try await answer(BlockNodes.plugging))
    }

    /// Whether QEMU may have a job that is over and that it hasn't been told to forget.
    private var mayHaveEndedJob: Bool {
        guard let guest else { return false }
        return !guest.knowsJobs || !guest.held.blockJobs.isEmpty || !guest.undismissedJobs.isEmpty
            || !guest.awaitedJobs.isEmpty
    }

    /// The device of a running guest's disk, as QEMU tells of it now.
    func blockDevice(of disk: DiskDevice) async throws(VirtError) -> BlockDevice {
        let alias = disk.info.alias ?? ""
        guard let device = try await blockNodes().device(alias) else {
            throw VirtError(
                .internalError, "cannot find statistics for device '\(alias)'", from: .qemu)
        }
        return device
    }
}

extension LocalDomainSnapshot {
    /// A disk of the document that counts now, named by its target or its image's file.
    func disk(_ name: String, orElse message: @autoclosure () -> String) throws(VirtError) -> DiskDevice {
        if let disk = definition.devices.disks.first(where: { $0.isMeant(by: name) }) { return disk }
        throw VirtError(.invalidArg, message(), from: .qemu)
    }
}
