import Virt
import VirtXML

/// Which counters of the host's processors are kept for a guest, as a call's parameters.
extension [PerfEvent] {
    public var parameters: [TypedParameter] {
        PerfEvent.all.map { name in
            TypedParameter(name, .boolean(contains { $0.name == name && $0.enabled }))
        }
    }

    /// Changes what is given of them.
    public mutating func change(_ given: [TypedParameter]) throws(VirtError) {
        let wanted = try ParameterReading(given, knowing: PerfEvent.all)
        for name in PerfEvent.all {
            guard let isOn = try wanted.boolean(name) else { continue }
            if let index = firstIndex(where: { $0.name == name }) {
                self[index].enabled = isOn
            } else {
                var event = PerfEvent()
                (event.name, event.enabled) = (name, isOn)
                append(event)
            }
        }
        let order = PerfEvent.all
        sort { order.firstIndex(of: $0.name) ?? 0 < order.firstIndex(of: $1.name) ?? 0 }
    }
}
