/// The calls of one client that are being answered.
struct RunningCalls: Sendable {
    private struct Entry: Sendable {
        let id: UInt64
        /// The call's work, where it ends with its client.
        var task: Task<Void, Never>?
    }

    private var entries: [Entry] = []
    private var lastID: UInt64 = 0

    var count: Int { entries.count }

    /// A call begins; its number.
    mutating func begin() -> UInt64 {
        lastID &+= 1
        entries.append(Entry(id: lastID))
        return lastID
    }

    /// Keeps the work of a call that hasn't ended yet.
    mutating func keep(_ task: Task<Void, Never>, _ id: UInt64) {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
        entries[index].task = task
    }

    mutating func end(_ id: UInt64) {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
        entries.remove(at: index)
    }

    /// The work that ends with the client.
    var tasks: [Task<Void, Never>] { entries.compactMap(\.task) }
}
