import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtXML
import XMLBinding

extension NWFilterDriver: FilterBindings {
    /// Has a card's packets go through a filter.
    public func bind(_ given: FilterBindingDefinition, replacing: Bool) async throws(VirtError) {
        try await change { () throws(VirtError) in
            let table = self.table.withLock { $0 }
            let former = table.bindings[ByteName(given.portDev)]
            if former != nil, !replacing {
                throw VirtError(
                    .operationFailed, "binding '\(given.portDev)' already exists", from: .nwfilter)
            }
            try DocumentStore.check(name: given.portDev, from: .nwfilter)
            let isPresent = self.isPresent(given.portDev)
            let binding = isPresent ? given.withMAC : given
            let cards = isPresent ? [try self.rules(of: binding, in: table)] : []
            // On record first: what has rules is known to the next daemon.
            try self.keepRecord(of: binding)
            do throws(VirtError) { try self.firewall.change(cards) } catch {
                if let former {
                    try? self.keepRecord(of: former)
                } else {
                    try? self.records.remove(binding.portDev)
                }
                throw error
            }
            self.table.withLock { $0.put(binding) }
            self.guardRules()
            self.learn(binding)
        }
    }

    /// Lets a card's packets pass again.
    ///
    /// - Parameter mustBe: whether it is an error that there is no such binding.
    func unbind(_ port: String, mustBe: Bool) async throws(VirtError) {
        try await change { () throws(VirtError) in
            let table = self.table.withLock { $0 }
            if table.bindings[ByteName(port)] == nil {
                if mustBe { _ = try table.binding(port) }
                return
            }
            self.learned.forget(port)
            try self.firewall.change([], removed: [port])
            try? self.records.remove(port)
            self.table.withLock { $0.removeBinding(port) }
        }
    }

    public func unbind(_ port: String) async {
        do throws(VirtError) { try await unbind(port, mustBe: false) } catch {
            log.error("the filter's rules of '\(port)' can't be removed: \(error)")
        }
    }

    public func unbind(of owner: UUID, but kept: Set<String>) async {
        let ports = table.withLock { table in
            table.bindings.values.filter { $0.ownerUUID == owner && !kept.contains($0.portDev) }.map(
                \.portDev)
        }
        for port in ports { await unbind(port) }
    }

    // MARK: Rules

    /// Whether the host has a link of that name. What isn't there has no rules until it is. May wait.
    func isPresent(_ port: String) -> Bool { ((try? NetworkLinks.named(port)) ?? nil) != nil }

    /// The rules that a binding means.
    func rules(of binding: FilterBindingDefinition, in table: FilterTable) throws(VirtError) -> CardRules {
        var variables = FilterVariables(binding.withMAC.filter.parameters)
        let way = try learning(binding, in: table)
        if way != .none {
            let known = learned.addresses(of: binding.portDev)
            guard !known.isEmpty else {
                return try CardRules(
                    port: binding.portDev, learning: way, mac: binding.mac ?? MACAddress(number: 0))
            }
            variables["IP"] = known
        }
        let tree = try FilterTree(binding.filter.filter, in: table, variables: variables)
        let missing = tree.missing
        if missing.isEmpty { return try CardRules(port: binding.portDev, tree) }
        throw VirtError(
            .internalError,
            "Cannot instantiate filter due to unresolvable variables or unavailable list elements: "
                + missing.joined(separator: ", "), from: .nwfilter)
    }

    // MARK: Records

    private func keepRecord(of binding: FilterBindingDefinition) throws(VirtError) {
        let text = try FilterBindingRecord(binding).text(from: .nwfilter)
        try VirtError.reporting("cannot write the record of binding '\(binding.portDev)'", from: .nwfilter) {
            () throws(SystemError) in
            try records.prepare()
            try records.save(binding.portDev, text)
        }
    }

    /// Takes up the bindings that are on record. Call it within a change.
    func takeUpBindings() throws(VirtError) {
        let names = (try? records.names()) ?? []
        if names.isEmpty { return }
        for name in names {
            do {
                let binding = try FilterBindingRecord(xml: try records.read(name), options: []).binding
                table.withLock { $0.put(binding) }
                learned.takeUp(name)
            } catch {
                log.error("the binding in '\(records.path(name))' can't be read and is passed over: \(error)")
            }
        }
        makeAllRules()
        guardRules()
        for binding in table.withLock({ Array($0.bindings.values) }) { learn(binding) }
    }

    /// Makes the rules of all cards anew. Call it within a change.
    func makeAllRules() {
        let table = table.withLock { $0 }
        var cards: [CardRules] = []
        for binding in table.bindings.values where isPresent(binding.portDev) {
            do throws(VirtError) { cards.append(try rules(of: binding, in: table)) } catch {
                log.error("the rules of '\(binding.portDev)' can't be made, so nothing passes it: \(error)")
                if let closed = try? CardRules(closed: binding.portDev) { cards.append(closed) }
            }
        }
        do throws(VirtError) { try firewall.set(cards) } catch {
            log.error("the rules of filters can't be made: \(error)")
        }
    }

    /// Sees to it that the rules stay, and that cards have some which come later.
    private func guardRules() {
        do throws(SystemError) {
            try watch.begin { [weak self] _ in await self?.restore() }
        } catch {
            log.warning("what somebody changes of filters' rules can't be noticed: \(error)")
        }
    }

    private func restore() async {
        if await Blocking.run({ self.isWhole }) { return }
        _ = try? await change { () throws(VirtError) in
            if self.isWhole { return }
            let isIntact = self.firewall.isIntact()
            self.makeAllRules()
            if !isIntact { self.log.warning("somebody changed the rules of filters: they are there again") }
            for binding in self.table.withLock({ Array($0.bindings.values) }) { self.learn(binding) }
        }
    }

    /// Whether all cards that are there have their rules. May wait.
    private var isWhole: Bool {
        let bindings = table.withLock { Set($0.bindings.keys) }
        let cards = firewall.ports
        guard let links = try? NetworkLinks.all() else { return true }
        let present = Set(links.map { ByteName($0.name) }).intersection(bindings)
        return present == cards && firewall.isIntact()
    }
}

/// What is bound, for the next daemon: a document like that of libvirt's.
struct FilterBindingRecord: XMLRoot {
    static let elementName: StaticString = "filterbindingstatus"
    var binding = FilterBindingDefinition()

    init() {}
    init(_ binding: FilterBindingDefinition) { self.binding = binding }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.element("filterbinding", &binding) }
}

extension FilterBindingDefinition {
    /// The binding with the card's address as a variable, as filters know it.
    var withMAC: FilterBindingDefinition {
        guard let mac, !filter.parameters.contains(where: { $0.name.hasSameBytes(as: "MAC") }) else {
            return self
        }
        var copy = self
        var parameter = FilterReference.Parameter()
        (parameter.name, parameter.value) = ("MAC", mac.xml)
        copy.filter.parameters.append(parameter)
        copy.filter.parameters = copy.filter.parameters.sorted(on: { ByteName($0.name) })
        return copy
    }
}
