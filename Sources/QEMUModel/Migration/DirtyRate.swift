import JSON
import Virt

/// How fast a guest writes to its memory, as QEMU has measured it.
package struct DirtyRate: Equatable, Sendable {
    /// Not begun, under way, or done: libvirt's number.
    package let status: Int32
    /// When it began, in seconds, and how long it takes.
    package let start: Int64
    package let period: Int32
    package let mode: String
    /// In MiB a second; nil as long as it isn't done.
    package let rate: Int64?
    /// The same of each processor, where it is measured for each.
    package let processors: [(id: Int32, rate: Int64)]

    package static let asking = MonitorCommand("query-dirty-rate", [:])

    /// - Parameter reply: the answer to `query-dirty-rate`.
    package init?(_ reply: JSONValue) {
        let statuses: [String: Int32] = ["unstarted": 0, "measuring": 1, "measured": 2]
        guard let status = reply["status"]?.string.flatMap({ statuses[$0] }) else { return nil }
        self.status = status
        (start, mode) = (reply["start-time"]?.int ?? 0, reply["mode"]?.string ?? "page-sampling")
        period = Int32(clamping: reply["calc-time"]?.int ?? 0)
        rate = reply["dirty-rate"]?.int
        processors = (reply["vcpu-dirty-rate"]?.array ?? []).compactMap { entry in
            guard let id = entry["id"]?.int.flatMap(Int32.init(exactly:)), let rate = entry["dirty-rate"]?.int
            else { return nil }
            return (id, rate)
        }
    }

    /// As it is told.
    package var parameters: [TypedParameter] {
        var all = [
            TypedParameter("dirtyrate.calc_status", .int(status)),
            TypedParameter("dirtyrate.calc_start_time", .llong(start)),
            TypedParameter("dirtyrate.calc_period", .int(period)),
            TypedParameter("dirtyrate.calc_mode", .string(mode)),
        ]
        if let rate { all.append(TypedParameter("dirtyrate.megabytes_per_second", .llong(rate))) }
        for (id, rate) in processors {
            all.append(TypedParameter("dirtyrate.vcpu.\(id).megabytes_per_second", .llong(rate)))
        }
        return all
    }

    package static func == (one: Self, other: Self) -> Bool { one.parameters == other.parameters }
}
