import Virt

/// Why a domain can't be run as its document asks.
package enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The hypervisor, this binary or this host can't do it.
    case unsupported(String)
    /// The document contradicts itself or names what isn't there.
    case xml(String)
    /// The document contradicts itself, said without libvirt's usual beginning.
    case detail(String)
    /// A value that can't be.
    case argument(String)
    /// A value that is understood but that the hypervisor cannot take.
    case argumentUnsupported(String)
    /// Two things that QEMU can do, but not together.
    case operation(String)
    /// A disk, or a folder, has nothing to be read from: its name.
    case noSource(String)
    /// A disk, or a folder, has no name that the guest sees: what it is read from.
    case noTarget(String)
    /// Something that should have been settled before isn't.
    case `internal`(String)
    /// What the document asks for couldn't be found or done.
    case failed(String)
    /// What another part of the host has refused, in its words.
    case refused(VirtError)

    package var description: String {
        switch self {
        case .unsupported(let message): "unsupported configuration: \(message)"
        case .xml(let message): "XML error: \(message)"
        case .detail(let message): message
        case .argument(let message): "invalid argument: \(message)"
        case .argumentUnsupported(let message): "argument unsupported: \(message)"
        case .operation(let message): "Operation not supported: \(message)"
        case .noSource(let device): "missing source information for device \(device)"
        case .noTarget(let device): "missing target information for device \(device)"
        case .internal(let message): "internal error: \(message)"
        case .failed(let message): "operation failed: \(message)"
        case .refused(let error): error.message
        }
    }
}

extension ConfigurationError {
    /// That nobody here knows a pool: what is in it can't be found.
    static func noStoragePool(_ name: String) -> ConfigurationError {
        .refused(VirtError(.noStoragePool, "no storage pool with matching name '\(name)'", from: .storage))
    }

    /// That a device is to be on a bus of which the machine has none, and the document names none.
    static var noPCIBuses: ConfigurationError { .xml("No PCI buses available") }

    /// That the host has no firmware of a kind that does what is asked for.
    static func noFirmware(_ kind: String) -> ConfigurationError {
        .failed("Unable to find '\(kind)' firmware that is compatible with the current configuration")
    }
}
