import JSON
import Processors
import Virt
import VirtXML

extension DomainDefinition {
    /// What a definition may say, but no domain can be started with here.
    func checkStart(_ qemu: QEMUCapabilities, _ host: QEMUHost?) throws(ConfigurationError) {
        // One that was defined before may ask for what this host has no more.
        if let firmware = os.firmware, os.loader?.path == nil {
            throw .noFirmware(firmware.rawValue)
        }
        try checkPools()
        if !keywrap.isEmpty, !board.isS390 {
            throw .unsupported("'aes-key-wrap'/'dea-key-wrap' is not available on this architecture")
        }
        if os.smbios == .sysinfo, !sysinfo.contains(where: { $0.type == .smbios }) {
            throw .xml("Domain '\(name)' sysinfo are not available")
        }
        for disk in devices.disks {
            // Nobody can give a domain descriptors by a name.
            if let group = disk.source.fdgroup, disk.source.type == .file {
                throw .argument("file descriptor group '\(group)' was not associated with the domain")
            }
            if let network = disk.source.network, disk.source.type == .network { try checkServer(network) }
            guard let encryption = disk.source.encryption ?? disk.encryption, encryption.secrets.isEmpty,
                disk.driver.format != .qcow2
            else { continue }
            throw .internal("missing secret info for '\(encryption.format.rawValue)' driver")
        }
        for device in devices.hostdevs where device.kind == .pci {
            guard let way = device.driver?.name, way != .vfio else { continue }
            throw .internal("invalid PCI passthrough type '\(way.rawValue)'")
        }
        if board.isPSeries, devices.disks.contains(where: { $0.device == .floppy }) {
            throw .unsupported("PowerPC pseries machines do not support floppy device")
        }
        try checkCPUFeatures(qemu)
        if let host {
            try checkHostCPU(host.architecture)
            try checkHostNodes(host)
        }
        try checkAlignment()
        if devices.graphics.firstRepeated(by: \.type) != nil {
            throw .unsupported(
                "only 1 graphics device of each type (sdl, vnc, spice, headless, dbus, rdp) is supported")
        }
        if host?.hasSpiceTLS == false,
            devices.graphics.contains(where: { $0.type == .spice && $0.defaultMode == .secure })
        {
            throw .unsupported(
                "spice defaultMode secure requested in XML configuration, but TLS connection is not available"
            )
        }
        for device in devices.hostdevs where device.info.rom != nil && device.info.address == nil {
            throw .unsupported("ROM tuning is only supported for PCI devices")
        }
        if let gic = features.gic?.version, gic != .v2, board.isARM, qemu.architecture != "aarch64" {
            throw .unsupported("gic-version option is not available with this QEMU binary")
        }
        let isHeard = !devices.sounds.isEmpty || devices.graphics.contains { $0.needsAudio }
        if isHeard, devices.audios.isEmpty {
            throw .internal("unable to find audio backend for sound device")
        }
        for card in devices.interfaces where card.type == .hostdev && card.backend?.tap != nil {
            throw .unsupported(
                "interface \(card.mac?.address.xml ?? "") - custom tap device path is not supported for network interfaces of type hostdev"
            )
        }
        for input in devices.inputs where input.type == .evdev && input.source == nil {
            throw .internal("argument key 'evdev' must not have null value")
        }
        for shmem in devices.shmems {
            if shmem.info.address?.kind != .pci {
                throw .unsupported("only 'pci' addresses are supported for the shared memory device")
            }
        }
    }

    /// Which servers QEMU speaks to, and how.
    private func checkServer(_ network: NetworkStorage) throws(ConfigurationError) {
        if network.protocol == .vxhs {
            throw .unsupported("VxHS protocol is not supported with this QEMU binary")
        }
        if [.nbd, .ssh, .iscsi, .http, .https, .ftp, .ftps].contains(network.protocol),
            network.hosts.count != 1
        {
            let name = network.protocol.rawValue
            switch network.protocol {
            case .nbd, .ssh: throw .internal("\(name) protocol accepts only one host")
            case .iscsi: throw .internal("iSCSI protocol accepts only one host")
            default: throw .internal("protocol '\(name)' accepts only one host")
            }
        }
        if network.protocol == .ssh {
            if network.name ?? "" == "" { throw .internal("argument key 'path' must not have null value") }
            if let way = network.hosts.first?.transport, way != .tcp {
                throw .internal("only TCP protocol can be converted to InetSocketAddress")
            }
        }
        if network.tls == true, network.protocol != .nbd {
            throw .unsupported(
                "TLS transport is not supported for disk protocol '\(network.protocol.rawValue)'")
        }
    }

    /// What is in a pool is known by now, or can't be found.
    private func checkPools() throws(ConfigurationError) {
        for disk in devices.disks where disk.source.located == .dir && !disk.readonly {
            throw .unsupported("virtual FAT storage can't be accessed in read-write mode")
        }
        for disk in devices.disks where disk.source.type == .volume && disk.source.located == nil {
            guard let pool = disk.source.volume?.pool else {
                let words = "name in virStoragePoolLookupByName must not be NULL"
                throw .refused(VirtError(code: .invalidArg, domain: .storage, message: words))
            }
            throw .noStoragePool(pool)
        }
    }

    /// Whether the host's CPU can be the guest's: only where it runs the guest itself, or is at least of its kind.
    private func checkHostCPU(_ host: String) throws(ConfigurationError) {
        guard let mode = cpu?.mode, mode == .hostPassthrough || mode == .hostModel else { return }
        if type == .kvm || type == .hvf { return }
        let arch = os.arch ?? ""
        if mode == .hostModel, QEMUArchitecture.binary(arch) == QEMUArchitecture.binary(host) || board.isX86 {
            return
        }
        throw .unsupported(
            "CPU mode '\(mode.rawValue)' for \(arch) \(type.rawValue) domain on \(host) host is not supported by hypervisor"
        )
    }

    /// Features that neither documents nor QEMU know; where there is no list of those, QEMU says so itself.
    private func checkCPUFeatures(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        guard let cpu else { return }
        let knowsDeprecated =
            board.isS390 && qemu.schema.has("query-cpu-model-expansion", "->", "deprecated-props")
        if cpu.deprecatedFeatures != nil, !knowsDeprecated {
            throw .unsupported("toggling deprecated features for CPU model is unsupported")
        }
        let host = qemu.accelerations[QEMUAccelerator(type)]?.wholeHostCPU ?? [:]
        for name in cpu.features.map(\.name) {
            let isKnown =
                board.isX86 ? X86Features.isKnown(name) : !board.isARM || ARMFeatures.names.contains(name)
            if !isKnown, host[X86Features.property(ofFeature: name)] == nil, host[name] == nil {
                throw .unsupported("unknown CPU feature: \(name)")
            }
        }
    }
}

extension GraphicsDevice {
    /// Whether QEMU is told a backend of sound for it.
    fileprivate var needsAudio: Bool { type == .vnc || type == .dbus && audioID != nil }
}
