import VirtXML

extension QEMUGuest {
    /// The parts of a device that a running guest can get or lose.
    package func hotPlugParts(of device: DomainDevice) throws(ConfigurationError) -> [QEMUPart] {
        try plainParts(of: device).map(overridden)
    }

    private func plainParts(of device: DomainDevice) throws(ConfigurationError) -> [QEMUPart] {
        switch device {
        case .disk(let disk): try parts(of: disk)
        case .controller(let controller) where controller.type != .pci: try parts(of: controller)
        case .filesystem(let folder) where folder.driver?.type == "virtiofs": try parts(of: folder)
        case .interface(let card): try parts(of: card)
        case .smartcard(let card): try parts(of: card)
        case .serial(let serial): try parts(of: serial)
        case .parallel(let parallel): try parts(of: parallel)
        case .console(let console): try parts(of: console)
        case .channel(let channel): try parts(of: channel)
        case .input(let input): try parts(of: input)
        case .sound(let sound): try parts(of: sound)
        case .video(let video) where !video.primary: try parts(of: video)
        case .hostdev(let hostdev): try parts(of: hostdev)
        case .redirdev(let redirection): try parts(of: redirection)
        case .watchdog(let watchdog): try parts(of: watchdog)
        case .memballoon(let balloon): try parts(of: balloon)
        case .rng(let rng): try parts(of: rng)
        case .shmem(let shmem): try parts(of: shmem)
        case .memory(let memory): try parts(of: memory)
        case .crypto(let crypto): try parts(of: crypto)
        case .vsock(let vsock): try parts(of: vsock)
        default: throw .unsupported("live attach of device '\(device.kind)' is not supported")
        }
    }
}
