import ByteText
import Virt
import VirtXML

extension DomainDefinition {
    /// Refuses a document in whose place a saved guest can't be put: it would find other hardware than it had. Both documents
    /// have all filled in.
    package func requireSameMachine(as source: DomainDefinition) throws(ConfigurationError) {
        func same(_ what: String, _ mine: some Any, _ other: some Any) throws(ConfigurationError) {
            let (mine, other) = ("\(mine)", "\(other)")
            if !mine.hasSameBytes(as: other) {
                throw .unsupported("Target \(what) \(mine) does not match source \(other)")
            }
        }
        try same("domain virt type", type.rawValue, source.type.rawValue)
        try same("domain uuid", uuid?.description ?? "", source.uuid?.description ?? "")
        if !name.hasSameBytes(as: source.name) {
            throw .unsupported("Target domain name '\(name)' does not match source '\(source.name)'")
        }
        try same("domain max memory", memory.total?.kibibytes ?? 0, source.memory.total?.kibibytes ?? 0)
        try same("domain vCPU max", vcpu.maximum, source.vcpu.maximum)
        try same("domain architecture", os.arch ?? "", source.os.arch ?? "")
        try same("domain OS type", os.type, source.os.type)
        try same("domain machine type", os.machine ?? "", source.os.machine ?? "")
        if cpu?.model?.name != source.cpu?.model?.name {
            throw .unsupported(
                "Target CPU model \(cpu?.model?.name ?? "") does not match source \(source.cpu?.model?.name ?? "")"
            )
        }
        guard features == source.features else {
            throw .unsupported("Target domain features do not match the source")
        }
        try devices.requireSame(as: source.devices)
    }
}

extension DomainDevices {
    fileprivate func requireSame(as source: DomainDevices) throws(ConfigurationError) {
        if memballoon?.model != source.memballoon?.model {
            throw .unsupported(
                "Target balloon model \(memballoon?.model.rawValue ?? "none") does not match source "
                    + "\(source.memballoon?.model.rawValue ?? "none")")
        }
        try requireSameNumbers(as: source)
        try requireSamePlaces(as: source)
        for (mine, other) in zip(disks, source.disks) where mine.target.bus != other.target.bus {
            throw .unsupported(
                "Target disk bus \(mine.target.bus?.rawValue ?? "") does not match source "
                    + "\(other.target.bus?.rawValue ?? "")")
        }
        for (mine, other) in zip(interfaces, source.interfaces) {
            if mine.mac != other.mac {
                throw .unsupported(
                    "Target network card mac \(mine.mac?.address.description ?? "") does not match source "
                        + "\(other.mac?.address.description ?? "")")
            }
            if mine.model != other.model {
                throw .unsupported(
                    "Target network card model \(mine.model ?? "") does not match source \(other.model ?? "")"
                )
            }
        }
        for (mine, other) in zip(videos, source.videos) where mine.type != other.type {
            throw .unsupported(
                "Target video card model \(mine.type) does not match source \(other.type)")
        }
    }

    /// Devices are compared in pairs: there must be as many of each kind.
    private func requireSameNumbers(as source: DomainDevices) throws(ConfigurationError) {
        let numbers: [(String, Int, Int)] = [
            ("domain disk", disks.count, source.disks.count),
            ("domain controller", controllers.count, source.controllers.count),
            ("domain filesystem", filesystems.count, source.filesystems.count),
            ("domain net card", interfaces.count, source.interfaces.count),
            ("domain input device", inputs.count, source.inputs.count),
            ("domain sound card", sounds.count, source.sounds.count),
            ("domain video card", videos.count, source.videos.count),
            ("domain host device", hostdevs.count, source.hostdevs.count),
            ("domain smartcard", smartcards.count, source.smartcards.count),
            ("domain serial port", serials.count, source.serials.count),
            ("domain parallel port", parallels.count, source.parallels.count),
            ("domain channel", channels.count, source.channels.count),
            ("domain console", consoles.count, source.consoles.count),
            ("domain hub device", hubs.count, source.hubs.count),
            ("domain redirected devices", redirdevs.count, source.redirdevs.count),
            ("domain watchdog device", watchdogs.count, source.watchdogs.count),
            ("domain RNG device", rngs.count, source.rngs.count),
            ("domain panic device", panics.count, source.panics.count),
            ("domain shared memory device", shmems.count, source.shmems.count),
            ("domain TPM device", tpms.count, source.tpms.count),
            ("domain memory device", memories.count, source.memories.count),
        ]
        for (what, mine, other) in numbers where mine != other {
            throw .unsupported("Target \(what) count \(mine) does not match source \(other)")
        }
        if (vsock == nil) != (source.vsock == nil) {
            throw .unsupported("Target domain vsock device count does not match source")
        }
    }

    private func requireSamePlaces(as source: DomainDevices) throws(ConfigurationError) {
        var (mine, others): ([DeviceAddress?], [DeviceAddress?]) = ([], [])
        var (here, there) = (self, source)
        here.forEachInfo { mine.append($0.address) }
        there.forEachInfo { others.append($0.address) }
        for case (let mine?, let other?) in zip(mine, others) where mine != other {
            if let here = mine.pci, let there = other.pci {
                throw .unsupported("Target device PCI address \(here) does not match source \(there)")
            }
            throw .unsupported(
                mine.kind == other.kind
                    ? "Target device \(mine.kind.rawValue) address does not match source"
                    : "Target device address type \(mine.kind.rawValue) does not match source \(other.kind.rawValue)"
            )
        }
    }
}
