/// The PCI slots of a guest: which there are, which are taken. Pure; it knows no devices, only what kind of
/// slot each needs.
struct PCIAddressSet {
    private struct Slot {
        var functions: UInt8 = 0
        var aggregates = false
    }

    private struct Bus {
        var model: PCIBusModel
        var slots: [Int: Slot] = [:]
        /// Only devices of the same number are put here.
        var isolation = 0
    }

    /// By index; nil where no controller has that index.
    private var buses: [Int: Bus] = [:]
    /// The indices in their order.
    private var order: [Int] = []
    /// Where in that order the next search for a place goes on: whatever stands before has none left.
    private var starts: [Search: Int] = [:]

    /// What is looked for.
    private struct Search: Hashable {
        var connection: PCIConnection
        var aggregate: Bool
        var isolation: Int
    }

    /// Adds the bus that the controller `index` offers.
    mutating func addBus(_ index: Int, _ model: PCIBusModel) {
        if buses.updateValue(Bus(model: model), forKey: index) == nil {
            order.insert(index, at: order.firstIndex { $0 > index } ?? order.endIndex)
        }
        starts = [:]
    }

    /// The kind of bus with this index.
    func model(of bus: Int) -> PCIBusModel? { buses[bus]?.model }

    /// The highest index in use.
    var lastBus: Int { order.last ?? -1 }

    func isUsed(_ location: PCILocation) -> Bool {
        let functions = buses[location.bus]?.slots[location.slot]?.functions ?? 0
        return functions & mask(location.function) != 0
    }

    /// Whether any function of the slot is taken.
    func isSlotUsed(bus: Int, slot: Int) -> Bool { (buses[bus]?.slots[slot]?.functions ?? 0) != 0 }

    /// Whether a slot takes functions one by one, with more of them taken than the first.
    func hasSeveralFunctions(_ location: PCILocation) -> Bool {
        ((buses[location.bus]?.slots[location.slot]?.functions ?? 0) & 0xFE) != 0
    }

    private func mask(_ function: Int) -> UInt8 { (0...7).contains(function) ? 1 << UInt8(function) : 0 }

    /// Takes the location that a document gives a device of some kind.
    mutating func reserve(
        _ location: PCILocation, _ connection: PCIConnection, aggregate: Bool = false,
        fromDocument: Bool = true
    ) throws(ConfigurationError) {
        try check(location, connection, fromDocument)
        try requireFree(location)
        take(location, aggregate)
    }

    /// Refuses a location that is taken.
    func requireFree(_ location: PCILocation) throws(ConfigurationError) {
        if isUsed(location) { throw .xml("Attempted double use of PCI Address \(location)") }
    }

    /// Keeps a bus for devices of one number, if nothing is on it yet. The root is everybody else's.
    mutating func isolate(_ bus: Int, _ isolation: Int) {
        guard bus > 0, let known = buses[bus], known.slots.isEmpty, known.isolation != isolation else {
            return
        }
        buses[bus]?.isolation = isolation
        starts = [:]
    }

    /// Takes a location whatever stands there.
    mutating func occupy(_ location: PCILocation) { take(location, false) }

    private mutating func take(_ location: PCILocation, _ aggregate: Bool) {
        var slot = buses[location.bus]?.slots[location.slot] ?? Slot()
        if slot.functions == 0 { slot.aggregates = aggregate } else if !aggregate { slot.aggregates = false }
        slot.functions |= mask(location.function)
        buses[location.bus]?.slots[location.slot] = slot
    }

    private func check(
        _ location: PCILocation, _ connection: PCIConnection, _ fromDocument: Bool
    ) throws(ConfigurationError) {
        guard location.domain == 0 else {
            throw .xml("Invalid PCI address \(location). Only PCI domain 0 is available")
        }
        guard let bus = buses[location.bus] else {
            throw .xml("Invalid PCI address \(location). Only PCI buses up to \(lastBus) are available")
        }
        guard location.slot >= bus.model.slots.lowerBound else {
            throw .xml("Invalid PCI address \(location). slot must be >= \(bus.model.slots.lowerBound)")
        }
        guard location.slot <= bus.model.slots.upperBound else {
            throw .xml("Invalid PCI address \(location). slot must be <= \(bus.model.slots.upperBound)")
        }
        try checkFit(location, bus.model, connection, fromDocument)
    }

    /// What a document asks for may put endpoints of either kind into slots of either kind; bridges only fit
    /// where they fit.
    private func checkFit(
        _ location: PCILocation, _ model: PCIBusModel, _ connection: PCIConnection, _ fromDocument: Bool
    ) throws(ConfigurationError) {
        var accepted = model.accepts
        if fromDocument, !accepted.isDisjoint(with: [.pci, .pcie]) { accepted.formUnion([.pci, .pcie]) }
        guard !connection.kinds.isDisjoint(with: accepted) else {
            let needs =
                connection.isDisjoint(with: [.pci, .pcie])
                ? "It requires a controller that accepts \(connection.requirement)."
                : "It requires a controller that accepts a PCI endpoint."
            throw .xml(
                "The device at PCI address \(location) cannot be plugged into the PCI controller with index='\(location.bus)'. \(needs)"
            )
        }
    }

    /// Takes the first free place for a device of some kind; nil if no bus has one.
    mutating func reserveNext(
        _ connection: PCIConnection, aggregate: Bool = false, isolation: Int = 0
    ) -> PCILocation? {
        let search = Search(connection: connection, aggregate: aggregate, isolation: isolation)
        var position = starts[search] ?? 0
        defer { starts[search] = position }
        while position < order.count {
            let index = order[position]
            if let bus = buses[index], bus.isolation == isolation, fits(connection, bus.model),
                let place = reserveNext(on: index, aggregate)
            {
                return place
            }
            position += 1
        }
        let unused = order.first { index in
            guard index > 0, let bus = buses[index] else { return false }
            return bus.slots.isEmpty && bus.isolation != isolation && fits(connection, bus.model)
        }
        guard let unused else { return nil }
        isolate(unused, isolation)
        position = 0
        return reserveNext(on: unused, aggregate)
    }

    private mutating func reserveNext(on index: Int, _ aggregate: Bool) -> PCILocation? {
        guard let bus = buses[index] else { return nil }
        for slot in bus.model.slots {
            guard let function = freeFunction(bus.slots[slot], aggregate) else { continue }
            let location = PCILocation(bus: index, slot: slot, function: function)
            take(location, aggregate)
            return location
        }
        return nil
    }

    /// Whether there is no bus at all.
    var isEmpty: Bool { buses.isEmpty }

    /// Whether there is a free place for a device of some kind.
    func hasRoom(for connection: PCIConnection) -> Bool {
        var copy = self
        return copy.reserveNext(connection) != nil
    }

    private func fits(_ connection: PCIConnection, _ model: PCIBusModel) -> Bool {
        let accepted = model.accepts
        if connection.contains(.hotplug), !accepted.contains(.hotplug) { return false }
        return !connection.kinds.isDisjoint(with: accepted)
    }

    private func freeFunction(_ slot: Slot?, _ aggregate: Bool) -> Int? {
        guard let slot, slot.functions != 0 else { return 0 }
        guard aggregate, slot.aggregates else { return nil }
        return (0...7).first { slot.functions & mask($0) == 0 }
    }
}
