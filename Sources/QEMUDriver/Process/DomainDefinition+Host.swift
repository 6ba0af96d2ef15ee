import HostKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension DomainDefinition {
    /// Gives every screen that asks for one a port.
    mutating func takePorts(_ context: QEMUContext) throws(VirtError) -> [UInt16] {
        var taken: [UInt16] = []
        func next() throws(VirtError) -> Int32 {
            guard let port = context.ports.take() else {
                for port in taken { context.ports.give(back: port) }
                throw VirtError(.internalError, "Unable to find an unused port in range 'VNC'", from: .qemu)
            }
            taken.append(port)
            return Int32(port)
        }
        for index in devices.graphics.indices { try devices.graphics[index].takePorts(next) }
        return taken
    }

    /// Says where screens are listened for that name no address.
    mutating func noteListenAddresses(vnc: String, spice: String) {
        for index in devices.graphics.indices {
            guard case .address(nil)? = devices.graphics[index].listens.first?.kind else { continue }
            devices.graphics[index].listens[0].kind = .address(
                devices.graphics[index].type == .spice ? spice : vnc)
        }
    }

    /// Leaves out media that the guest can do without and that aren't there: of a drive that takes media, the drive stays.
    mutating func dropMissingMedia() {
        devices.disks = devices.disks.compactMap { disk in
            guard disk.source.startupPolicy == .optional, let path = disk.source.localPath,
                !FileSystem.exists(path)
            else { return disk }
            guard disk.device == .cdrom || disk.device == .floppy else { return nil }
            var empty = disk
            empty.source = StorageSource()
            empty.source.type = disk.source.type
            empty.driver.format = nil
            return empty
        }
    }

    /// What libvirt says of every guest that it runs: the group of its resources, and the user that it runs as.
    mutating func noteHost(_ account: FileOwner?) {
        if resource == nil {
            resource = ResourcePartition()
            resource?.partition = "/machine"
        }
        guard let account, !seclabels.contains(where: { $0.model == Seclabel.ownership }) else { return }
        seclabels.append(.ownership(user: account.user, group: account.group))
    }
}

extension UsedFile {
    fileprivate init(_ file: HostFile) { self.init(path: file.path, isWritten: file.isWritten) }
}

extension DomainDevice {
    /// All that QEMU opens by name for the device.
    var usedFiles: [UsedFile] { hostFiles.map(UsedFile.init) }
}

extension DomainDefinition {
    /// All that QEMU opens by name for the guest.
    var usedFiles: [UsedFile] { hostFiles.map(UsedFile.init) }
}
