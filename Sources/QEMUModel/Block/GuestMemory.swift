import JSON
import Virt

/// What a guest's balloon says of its memory.
package struct GuestMemory: Equatable, Sendable {
    /// Each by libvirt's tag, in libvirt's order: sizes in KiB, faults and huge pages by number.
    package private(set) var values: [(tag: DomainMemoryStatTags, value: UInt64)] = []
    /// When the guest has said so, in seconds since 1970; 0 for never.
    package private(set) var lastUpdate: UInt64 = 0

    package init() {}

    /// What the balloon's `guest-stats` hold; what the guest doesn't know is the greatest number there is.
    package init(told value: JSONValue) {
        lastUpdate = value["last-update"]?.uint ?? 0
        let stats = value["stats"]
        for (name, tag, unit) in Self.known {
            guard let number = stats?[name]?.uint, number != .max else { continue }
            values.append((tag, number / unit))
        }
    }

    private static let known: [(name: String, tag: DomainMemoryStatTags, unit: UInt64)] = [
        ("stat-swap-in", .swapIn, 1024), ("stat-swap-out", .swapOut, 1024),
        ("stat-major-faults", .majorFault, 1), ("stat-minor-faults", .minorFault, 1),
        ("stat-free-memory", .unused, 1024), ("stat-total-memory", .available, 1024),
        ("stat-available-memory", .usable, 1024), ("stat-disk-caches", .diskCaches, 1024),
        ("stat-htlb-pgalloc", .hugetlbPgalloc, 1), ("stat-htlb-pgfail", .hugetlbPgfail, 1),
    ]

    package static func == (one: Self, other: Self) -> Bool {
        one.lastUpdate == other.lastUpdate && one.values.elementsEqual(other.values) { $0 == $1 }
    }
}
