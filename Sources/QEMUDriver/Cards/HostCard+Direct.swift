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
            if let note {
                try report("Cannot note whose \(name) is") { () throws(SystemError) in
                    try NetworkLinks.setNote(name, note)
                }
            }
            let ends = try open(number)
            if card.bandwidth != nil { try limit() }
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

    /// What is noted about links of a domain's.
    static func note(_ configuration: QEMUConfiguration, _ domain: UUID) -> String {
        "\(configuration.run) \(domain)"
    }

    /// Removes links that a daemon left which was killed, of domains that don't run. May wait.
    static func removeStray(_ configuration: QEMUConfiguration, running: Set<UUID>) {
        for link in (try? NetworkLinks.all()) ?? [] where link.kind == "macvtap" {
            guard
                let owner = link.note?.droppingBytePrefix(configuration.run + " ").flatMap({
                    UUID(String($0))
                }),
                !running.contains(owner)
            else { continue }
            _ = try? NetworkLinks.remove(link.name)
        }
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
