import ByteText
import DriverKit
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtXML

extension NWFilterDriver {
    /// How a binding's address becomes known; none where it is said, or nobody asks for it.
    func learning(_ binding: FilterBindingDefinition, in table: FilterTable) throws(VirtError)
        -> AddressLearning
    {
        let variables = FilterVariables(binding.withMAC.filter.parameters)
        let tree = try FilterTree(binding.filter.filter, in: table, variables: variables)
        guard tree.missing.count == 1, tree.missing.first?.hasSameBytes(as: "IP") == true else {
            return .none
        }
        return try AddressLearning(binding)
    }

    /// Sees to it that the address of a card becomes known, if that is to be learned. Call it within a change.
    func learn(_ binding: FilterBindingDefinition) {
        let (table, port) = (table.withLock { $0 }, binding.portDev)
        guard isPresent(port), let mac = binding.mac, let way = try? learning(binding, in: table),
            way != .none
        else { return }
        do throws(SystemError) {
            try learned.learn(port, mac: mac, way) { [weak self] in await self?.learned(port) }
        } catch {
            log.error("the address of '\(port)' can't be learned: \(error)")
        }
    }

    /// Gives a card the rules that go with what is known of its addresses now.
    private func learned(_ port: String) async {
        do throws(VirtError) {
            try await change { () throws(VirtError) in
                let table = self.table.withLock { $0 }
                guard let binding = table.bindings[ByteName(port)], self.isPresent(port) else { return }
                try self.firewall.change([try self.rules(of: binding, in: table)])
                let addresses = self.learned.addresses(of: port).joined(separator: ", ")
                self.log.info("the addresses of '\(port)' are: \(addresses.isEmpty ? "none" : addresses)")
            }
        } catch {
            log.error("the rules of '\(port)' can't follow its addresses: \(error)")
        }
    }
}

extension CardRules {
    /// A card whose address isn't known yet: it can get one, and by `any` make itself known, and nothing else.
    init(port: String, learning way: AddressLearning, mac: MACAddress) throws(VirtError) {
        try self.init(port: port)
        func dhcp(_ source: Int, _ target: Int) -> String {
            "ether type ip ip protocol 17 @th,0,16 \(source) @th,16,16 \(target) accept"
        }
        let resolution = way == .any ? ["ether type 0x0806 accept"] : []
        let own = ([dhcp(68, 67)] + resolution).map { "ether saddr \(mac.xml) \($0)" }
        enter(.fromGuest, own + ["drop"])
        enter(.toGuest, [dhcp(67, 68)] + resolution + ["drop"])
    }
}
