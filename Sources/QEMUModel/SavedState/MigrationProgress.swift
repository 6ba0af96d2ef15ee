import JSON
import Virt

/// How far QEMU has come with writing or reading a guest's state: what `query-migrate` answers.
package struct MigrationProgress: Sendable {
    private let reply: JSONValue

    package init(_ reply: JSONValue) { self.reply = reply }

    package enum Phase: Sendable {
        case underWay, completed, failed, cancelled
    }

    package var phase: Phase {
        switch reply["status"]?.string {
        case "completed": .completed
        case "failed": .failed
        case "cancelled": .cancelled
        default: .underWay
        }
    }

    /// Why it has failed, where QEMU says so.
    package var failure: String? { reply["error-desc"]?.string }

    private func memory(_ name: String) -> UInt64 { reply["ram"]?[name]?.uint ?? 0 }

    /// Bytes of memory that there are, that have been dealt with, and that are left.
    package var total: UInt64 { memory("total") }
    package var processed: UInt64 { memory("transferred") }
    package var remaining: UInt64 { memory("remaining") }

    /// What is counted, under libvirt's names and in its order.
    package var parameters: [TypedParameter] {
        var found: [TypedParameter] = []
        func add(_ name: String, _ value: UInt64?) {
            if let value { found.append(TypedParameter(name, .ullong(value))) }
        }
        add("downtime", reply["downtime"]?.uint ?? reply["expected-downtime"]?.uint)
        add("setup_time", reply["setup-time"]?.uint)
        guard reply["ram"] != nil else { return found }
        add("data_total", total)
        add("data_processed", processed)
        add("data_remaining", remaining)
        add("memory_total", total)
        add("memory_processed", processed)
        add("memory_remaining", remaining)
        if let megabits = reply["ram"]?["mbps"]?.double ?? reply["ram"]?["mbps"]?.uint.map(Double.init) {
            add("memory_bps", Self.bytes(ofMegabits: megabits))
        }
        add("memory_constant", memory("duplicate"))
        add("memory_normal", memory("normal"))
        add("memory_normal_bytes", memory("normal-bytes"))
        add("memory_dirty_rate", memory("dirty-pages-rate"))
        add("memory_iteration", memory("dirty-sync-count"))
        add("memory_postcopy_requests", memory("postcopy-requests"))
        add("memory_page_size", memory("page-size"))
        return found
    }

    /// QEMU's megabits have a million bits.
    private static func bytes(ofMegabits megabits: Double) -> UInt64 {
        let bytes = megabits * 1_000_000 / 8
        return bytes >= 0 && bytes < Double(UInt64.max) ? UInt64(bytes) : 0
    }
}
