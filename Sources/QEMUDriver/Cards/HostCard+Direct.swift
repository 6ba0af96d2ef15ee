import ByteText
import Glibc
import LinuxSystem
import Virt
import VirtXML

extension HostCard {
    /// The kernel's numbers of the ways in which a link on top of another is connected.
    private static let modes: [String: UInt32] = ["private": 1, "vepa": 2, "bridge": 4, "passthrough": 8]

    /// Makes a link on top of a device of the host; QEMU's ends of it.
    func makeDirect() throws(VirtError) -> [Descriptor] {
        let (lower, address) = (card.source.dev ?? "", card.mac?.address.bytes ?? [])
        let mode = Self.modes[card.source.mode ?? "vepa"] ?? 2
        guard (try? NetworkLinks.named(lower)) != nil else {
            throw VirtError(
                .systemError, "Unable to get index for interface \(lower): No such device", from: .none)
        }
        var number: Int32 = 0
        try report("error creating macvtap interface \(name)@\(lower)") { () throws(SystemError) in
            number = try NetworkLinks.addMacvtap(name, on: lower, address: address, mode: mode)
        }
        do throws(VirtError) {
            let ends = try open(number)
            try report("Cannot set interface flags on '\(name)'") { () throws(SystemError) in
                try NetworkLinks.setUp(name, true)
            }
            return ends
        } catch {
            _ = try? NetworkLinks.remove(name)
            throw error
        }
    }

    private func open(_ number: Int32) throws(VirtError) -> [Descriptor] {
        let path = "/dev/tap\(number)"
        guard (1...TapDevice.mostQueues).contains(queues) else {
            throw VirtError(.systemError, "cannot set \(queues) queues of \(path)", from: .none)
        }
        var ends: [Descriptor] = []
        try report("cannot open macvtap tap device \(path)") { () throws(SystemError) in
            while ends.count < queues {
                // Another network namespace may have a link of the same number, and there is one folder for both.
                let end = try FileSystem.open(path, [.readWrite, .nonBlocking], links: .trusted)
                try TapDevice.prepareDirect(end, queues: queues, hasHeader: card.takesOffloads)
                ends.append(end)
            }
        }
        return ends
    }

    /// Removes the link, which stays without QEMU, unlike a tap.
    static func remove(_ card: InterfaceDevice) {
        guard card.type == .direct, let name = card.target?.dev, let lower = card.source.dev,
            let link = try? NetworkLinks.named(name), link.kind == "macvtap",
            let below = try? NetworkLinks.named(lower), link.lower == below.index
        else { return }
        _ = try? NetworkLinks.remove(name)
    }
}
