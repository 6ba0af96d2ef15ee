/// What is to happen when: a heap ordered by deadline, then by order of arrival. It knows no clock.
struct TimerQueue<Action> {
    private struct Entry {
        let deadline: MonotonicTime
        let id: UInt64

        func isBefore(_ other: Entry) -> Bool {
            (deadline.nanoseconds, id) < (other.deadline.nanoseconds, other.id)
        }
    }

    private var heap: [Entry] = []
    private var actions: [UInt64: Action] = [:]

    var isEmpty: Bool { actions.isEmpty }

    /// Adds an action under an id that grows with every call.
    mutating func add(_ action: Action, id: UInt64, at deadline: MonotonicTime) {
        actions[id] = action
        heap.append(Entry(deadline: deadline, id: id))
        siftUp(from: heap.count - 1)
    }

    /// Takes an action back; false when it has been taken already.
    @discardableResult
    mutating func cancel(id: UInt64) -> Bool {
        guard actions.removeValue(forKey: id) != nil else { return false }
        if heap.count > 64, heap.count / 2 > actions.count { compact() }
        return true
    }

    /// The next deadline, or nil when nothing waits.
    mutating func nextDeadline() -> MonotonicTime? {
        dropCancelled()
        return heap.first?.deadline
    }

    /// Takes the next action whose time has come.
    mutating func popDue(at now: MonotonicTime) -> Action? {
        dropCancelled()
        guard let first = heap.first, first.deadline <= now else { return nil }
        removeFirst()
        return actions.removeValue(forKey: first.id)
    }

    private mutating func dropCancelled() {
        while let first = heap.first, actions[first.id] == nil { removeFirst() }
    }

    private mutating func compact() {
        heap = heap.filter { actions[$0.id] != nil }.sorted { $0.isBefore($1) }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown()
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
