import Virt
import VirtXML

/// Where several things are wrong, libvirt says the one that it comes upon first: what no document can say, what can't be
/// filled in or placed, the guest as a whole, each device, and what devices must have in common.
extension DomainDefinition {
    /// What no document can say; asked before anything is filled in.
    func checkDocument() throws(ConfigurationError) {
        try checkSeclabels()
        try checkNamedThreads()
        try checkNodeTuning()
        try checkBoot()
        try checkRootNumbers()
        try checkUSBFamilies()
        try checkDisabledROMs()
        try checkPorts()
        for device in devices.hostdevs { try checkWords(of: device) }
        try checkRedirection()
        try checkMemoryLabels()
        try checkControllerThreads()
        if devices.shmems.contains(where: { $0.msi != nil && $0.server == nil }) {
            throw .xml("msi option is only supported with a server")
        }
        if devices.iommus.count > 1 { throw .xml("only a single IOMMU device is supported") }
        try checkIdentity()
        try checkSingleVCPUs()
    }

    /// What can't be once devices are there that nobody has named.
    func checkFilled() throws(ConfigurationError) {
        for disk in devices.disks { try checkName(of: disk) }
        try checkTotal()
        for controller in devices.controllers where controller.type == .pci { try checkNode(of: controller) }
        try checkControllerNumbers()
        try checkPanics()
        try checkBootOrders()
        try checkConsolePlaces()
        try checkUserMap()
    }

    /// What has a place that it can't have, though the place may be free.
    func checkPlaces() throws(ConfigurationError) {
        try checkVirtioSerialPorts()
        try checkVirtioDisks()
        try checkUSBNumbers()
        try checkUSBPlaces()
        try checkUSBDevices()
    }

    /// What the guest as a whole can't be, asked once everything has its place.
    func checkQEMU(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        try checkEmulator(qemu)
        try checkVCPULimit(qemu)
        try checkACPI(host)
        try checkWhole(qemu)
        try checkLifecycle()
        try checkCPU(qemu)
        try checkMaximumMemory(host)
        try checkTimers(qemu)
        try checkPowerManagement(qemu)
        try checkFirmwareTables()
        try checkTopology()
        try checkCacheTuning()
        try checkFeatures(qemu)
        try checkPages()
        try checkConsoles(qemu)
        try checkFirmwareNames()
        for panic in devices.panics { try check(panic, qemu) }
        try checkTPMCount()
        try checkSecurity(qemu)
        try checkFolderNames()
    }

    /// What devices can't be, a kind after the other.
    func checkQEMUDevices(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        for disk in devices.disks { try check(disk, qemu) }
        for card in devices.interfaces { try check(card) }
        for sound in devices.sounds { try check(sound, qemu) }
        for device in devices.hostdevs { try check(device, qemu) }
        try checkVideos(qemu)
        for controller in devices.controllers { try check(controller, qemu) }
        try checkSmartcards()
        try checkCharacterDevices()
        for input in devices.inputs { try check(input, qemu) }
        for folder in devices.filesystems { try check(folder) }
        try checkWatchdogs()
        try checkSmallDevices(qemu)
        try checkMemory(qemu)
        for device in devices.redirdevs where device.source.type != .dbus {
            try check(device.source, of: device.info)
        }
        for iommu in devices.iommus { try check(iommu) }
        try checkLateDevices(qemu)
        try checkGraphics(host)
        try checkAudio()
    }

    /// What devices must have in common, and what is left of the guest as a whole.
    func checkTogether(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkTargets()
        try checkHostdevs()
        try checkDriveAddresses()
        try checkAliases()
        try checkPageNodes()
        try checkPrimaryVideo()
        try checkDumps()
        try checkThreadPools()
        try checkSlots()
        try checkZPCI(qemu)
        try checkVCPUs()
    }

    /// A guest has one identity, whoever tells it.
    private func checkIdentity() throws(ConfigurationError) {
        for info in sysinfo where info.type == .smbios {
            guard let text = info.system.first(where: { $0.name == "uuid" })?.value, let own = uuid else {
                continue
            }
            guard let other = UUID(text), other == own else {
                throw .detail("UUID mismatch between <uuid> and <sysinfo>")
            }
        }
    }

    private func checkSeclabels() throws(ConfigurationError) {
        if seclabels.count > 1,
            seclabels.contains(where: { $0.model == nil && $0.type != Seclabel.Kind.none })
        {
            throw .xml("missing security model when using multiple labels")
        }
    }
}
