import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// Network interfaces, whose counters grow with the time, and whose limits are kept.
extension TestDomain {
    nonisolated func interfaceStats(device: String) async throws(VirtError) -> DomainInterfaceStatsReply {
        _ = try existingActive().definition.card(device)
        let microseconds = Int64(clamping: CalendarTime.now.nanoseconds / 1000)
        return DomainInterfaceStatsReply(
            rxBytes: microseconds / 10, rxPackets: microseconds / 100, rxErrs: microseconds / 1_000_000,
            rxDrop: microseconds / 2_000_000, txBytes: microseconds / 20, txPackets: microseconds / 110,
            txErrs: microseconds / 3_000_000, txDrop: microseconds / 4_000_000)
    }

    nonisolated func interfaceParameters(
        device: String, flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        // That it understands parameters which are text, a client may always say.
        let impact = flags.subtracting(DomainModificationImpact(rawValue: 4))
        try Self.driver.require(impact, [.live, .config], in: "DomainGetInterfaceParameters")
        let definition = try existing().definition(for: impact, "virDomainGetInterfaceParameters")
        return Bandwidth.parameters(of: try definition.card(device).bandwidth)
    }

    func setInterfaceParameters(
        device: String, parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainSetInterfaceParameters")
        let wanted = try BandwidthChange(parameters, from: .test)
        try await changeBoth("limits of a network interface", flags) { (definition, _) throws(VirtError) in
            let old = try definition.card(device)
            var new = old
            new.bandwidth = wanted.changed(old.bandwidth)
            definition.devices.replace(.interface(old), with: .interface(new))
        }
    }
}

extension DomainDefinition {
    /// The card with this address, or whose end on the host is called so.
    func card(_ device: String) throws(VirtError) -> InterfaceDevice {
        let mac = MACAddress(xml: device)
        let found = devices.interfaces.first { card in
            mac.map { card.mac?.address == $0 } ?? (card.target?.dev?.hasSameBytes(as: device) ?? false)
        }
        guard let found else {
            throw VirtError(.invalidArg, "'\(device)' is not a known interface", from: .domain)
        }
        return found
    }

    /// Names the ends of cards on the host that have no name, as if there were any.
    mutating func nameCards() {
        for index in devices.interfaces.indices where devices.interfaces[index].target?.dev == nil {
            let used = Set(devices.interfaces.compactMap { $0.target?.dev.map(ByteName.init) })
            guard let number = (0...used.count).first(where: { !used.contains(ByteName("testnet\($0)")) })
            else { return }
            var target = devices.interfaces[index].target ?? .init()
            target.dev = "testnet\(number)"
            devices.interfaces[index].target = target
        }
    }
}
