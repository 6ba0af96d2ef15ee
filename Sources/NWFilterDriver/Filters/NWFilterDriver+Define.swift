import ByteText
import DriverKit
import Synchronization
import Virt
import VirtXML

extension NWFilterDriver {
    /// Defines a filter, or changes one. Where it is in use all cards have the new rules, or none has.
    func define(_ given: FilterDefinition) async throws(VirtError) -> NWFilterReference {
        try await change { () throws(VirtError) in
            let uuid = given.uuid ?? .random()
            var filter = given
            filter.uuid = uuid
            try DocumentStore.check(name: filter.name, from: .nwfilter)
            let now = self.table.withLock { $0 }
            try now.check(filter, uuid)
            var next = now
            next.put(filter, uuid)
            try self.keep(filter, inPlaceOf: now.filters[uuid], next)
            self.table.withLock { $0.put(filter, uuid) }
            return filter.reference
        }
    }

    /// Puts a definition on disk, and its rules into the kernel. What fails leaves both as they were.
    private func keep(
        _ filter: FilterDefinition, inPlaceOf former: FilterDefinition?, _ table: FilterTable
    ) throws(VirtError) {
        var cards: [CardRules] = []
        for binding in table.bindings(using: filter.name) where isPresent(binding.portDev) {
            cards.append(try rules(of: binding, in: table))
        }
        try definitions.save(filter, as: filter.name)
        do throws(VirtError) { try firewall.change(cards) } catch {
            if let former {
                try? definitions.save(former, as: former.name)
            } else {
                try? definitions.remove(filter.name)
            }
            throw error
        }
    }

    /// Forgets a filter that no card has.
    func undefine(_ uuid: UUID) async throws(VirtError) {
        try await change { () throws(VirtError) in
            let table = self.table.withLock { $0 }
            let filter = try table.filter(uuid)
            if !table.bindings(using: filter.name).isEmpty {
                throw VirtError(.operationInvalid, "nwfilter is in use", from: .nwfilter)
            }
            try self.definitions.remove(filter.name)
            self.table.withLock { $0.remove(uuid) }
        }
    }
}
