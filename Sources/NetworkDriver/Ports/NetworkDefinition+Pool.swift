import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// Devices of the host that a network hands out, one to each guest's card.
extension NetworkDefinition {
    /// The network with the parts of its card of the host (SR-IOV's virtual functions), as it has them while it runs.
    func withPool(_ tree: DeviceTree) throws(VirtError) -> NetworkDefinition {
        guard var forward, let card = forward.pf else { return self }
        let places = Self.functions(of: card, tree)
        let devices = places.compactMap { Self.device(of: $0, tree) }
        if forward.mode == .hostdev ? places.isEmpty : devices.isEmpty {
            throw VirtError(
                .internalError, "No usable Vf's present on SRIOV PF \(card)", from: .network)
        }
        if forward.mode == .hostdev {
            forward.addresses = places.map { place in
                var address = NetworkForward.Address()
                address.address = .pci(place)
                return address
            }
        } else {
            forward.interfaces = devices.map { NetworkForward.Interface($0) }
        }
        var network = self
        network.forward = forward
        return network
    }

    /// Where the virtual functions of a card are, in their order.
    private static func functions(of card: String, _ tree: DeviceTree) -> [PCIAddress] {
        guard NetworkLinks.isName(card) else { return [] }
        let folder = "/sys/class/net/\(card)/device"
        let numbers = tree.names(in: folder).compactMap { name in
            name.droppingBytePrefix("virtfn").flatMap { UInt32($0) }
        }
        return numbers.sorted().compactMap { number in
            tree.target("\(folder)/virtfn\(number)").flatMap { PCIAddress(kernelName: $0) }
        }
    }

    /// What the host calls a virtual function as a network device; nil for one that it hasn't a driver for.
    private static func device(of place: PCIAddress, _ tree: DeviceTree) -> String? {
        tree.names(in: "/sys/bus/pci/devices/\(place)/net").first
    }

    /// The first device of the pool that no port has.
    func freeDevice(beside ports: [NetworkPortDefinition]) throws(VirtError) -> PCIAddress {
        let taken = Set(ports.compactMap(\.device))
        let free = forward?.addresses.compactMap(\.address.pci).first { !taken.contains($0) }
        if let free { return free }
        throw VirtError(
            .internalError,
            "network '\(name)' requires exclusive access to interfaces, but none are available",
            from: .network)
    }
}

extension NetworkPortDefinition {
    /// The device of the host that the port hands out.
    var device: PCIAddress? { if case .hostdevPCI(let place, _, _) = plug { place } else { nil } }
}
