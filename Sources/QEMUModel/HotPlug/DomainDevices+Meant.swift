import Virt
import VirtXML

extension DomainDevices {
    /// The one device that a description means.
    package func one(meantBy wanted: DomainDevice) throws(VirtError) -> DomainDevice {
        let found = all.filter { $0.isMeant(by: wanted) }
        guard let first = found.first else {
            throw VirtError(.deviceMissing, Self.missing(wanted), from: .qemu)
        }
        if case .interface(let card) = wanted, found.count > 1 {
            let mac = card.mac.map { "\($0.address)" } ?? ""
            throw VirtError(
                .operationFailed, "multiple devices matching MAC address \(mac) found", from: .qemu)
        }
        return first
    }

    /// That there is no such device.
    private static func missing(_ wanted: DomainDevice) -> String {
        switch wanted {
        case .disk(let disk): "disk \(disk.target.dev) not found"
        case .interface(let card) where card.mac != nil:
            "no device found at address '\(card.info.address?.pci.map { "\($0)" } ?? "(<null>)")' matching MAC "
                + "address '\(card.mac.map { "\($0.address)" } ?? "")' and alias '\(card.info.alias ?? "(<null>)")'"
        case .filesystem: "matching filesystem not found"
        case .rng(let one): "model '\(one.backend.word)' RNG device not present in domain configuration"
        case .shmem(let one): "model '\(one.model.rawValue)' shmem device not present in domain configuration"
        case .memory(let one):
            "model '\(one.model.rawValue)' memory device not present in the domain configuration"
        case .hostdev(let one): one.source.missing
        case .controller(let one):
            "device controller \(one.type.rawValue):\(one.index.map { String($0) } ?? "") not found"
        case .serial, .parallel, .console, .channel:
            "chr type '\(wanted.kind)' device not present in domain configuration"
        case .redirdev: "no matching redirdev was found"
        case .watchdog(let dog):
            "model '\(dog.model.rawValue)' watchdog device not present in domain configuration"
        default: "matching \(wanted.kind) device not found"
        }
    }
}

extension RNGDevice.Backend {
    fileprivate var word: String {
        switch self {
        case .random: "random"
        case .egd: "egd"
        case .builtin: "builtin"
        }
    }
}
