import Virt
import VirtXML

extension DomainDefinition {
    /// What can be seen to be wrong before anything is filled in.
    func checkQEMU(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        try checkFeatures(qemu, host)
        try checkTimers(qemu)
        for controller in devices.controllers { try checkBoard(controller) }
        try checkCPU(qemu)
        try checkNUMA(host)
        try checkTuning()
        try checkSingleVCPUs()
        try checkLifecycle(qemu)
        try checkSystem(qemu)
        try checkIdentity()
    }

    /// What can be seen to be wrong once all is filled in.
    func checkQEMUDevices(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        for disk in devices.disks where disk.source.type == .vhostuser { try checkVhostUser(disk) }
        for disk in devices.disks { try checkKind(disk) }
        try checkPlaces()
        for disk in devices.disks { try check(disk, qemu) }
        try checkTargets()
        try checkDriveAddresses()
        for controller in devices.controllers { try check(controller, qemu) }
        try checkControllerNumbers()
        try checkUSBFamilies()
        for card in devices.interfaces { try check(card) }
        for device in devices.hostdevs { try check(device, qemu) }
        for input in devices.inputs { try check(input, qemu) }
        for shmem in devices.shmems { try check(shmem, qemu) }
        for panic in devices.panics { try check(panic, qemu) }
        try checkPanics()
        for iommu in devices.iommus { try check(iommu) }
        for folder in devices.filesystems { try check(folder) }
        if let twice = devices.filesystems.firstRepeated(by: \.targetDir) {
            throw .unsupported("filesystem target '\(twice.targetDir ?? "")' specified twice")
        }
        if let crypto = devices.cryptos.first(where: { $0.backend == .lkcf }) {
            throw .unsupported("crypto backend \(crypto.backend.rawValue) is not supported")
        }
        if let size = devices.pstore?.size, size.bytes < 8 << 10 || size.bytes & (size.bytes - 1) != 0 {
            throw .xml("invalid size of ACPI ERST pstore device")
        }
        try checkCharacterDevices(qemu)
        try checkTPMs(qemu)
        try checkGraphics()
        try checkVideos(qemu)
        try checkSound(qemu)
        try checkWatchdogs()
        try checkSingles(qemu)
        try checkRedirection()
        try checkMemory(qemu)
        try checkInfos()
        try checkHostdevs()
        try checkZPCI(qemu)
        try checkVCPUs(qemu)
    }

    private func checkIdentity() throws(ConfigurationError) {
        for info in sysinfo where info.type == .smbios {
            guard let text = info.system.first(where: { $0.name == "uuid" })?.value, let own = uuid else {
                continue
            }
            guard let other = UUID(text), other == own else {
                throw .detail("UUID mismatch between <uuid> and <sysinfo>")
            }
        }
        if seclabels.count > 1, seclabels.contains(where: { $0.model == nil }) {
            throw .xml("missing security model when using multiple labels")
        }
        if let twice = seclabels.compactMap(\.model).firstRepeated(by: { $0 }) {
            throw .detail("seclabel for model \(twice) is already provided")
        }
    }
}
