import DriverKit
import JSON
import QEMUModel
import QMP
import Virt
import VirtXML

extension QEMUDomain {
    /// The nodes of the running guest's disks, as QEMU tells of them now.
    func blockNodes() async throws(VirtError) -> BlockNodes {
        var answers: [JSONValue] = []
        for question in BlockNodes.questions {
            answers.append(try await ask(question.name, question.arguments))
        }
        return BlockNodes(named: answers[0], counted: answers[1], plugged: answers[2])
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
