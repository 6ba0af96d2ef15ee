/// A queue whose ends cost the same, however long it is.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var start = 0

    var isEmpty: Bool { start == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard start < elements.count else { return nil }
        defer { compact() }
        defer { start += 1 }
        let first = elements[start]
        elements[start] = nil
        return first
    }

    /// Gives up the places in front once they are half of all.
    private mutating func compact() {
        guard start * 2 >= elements.count else { return }
        elements.removeFirst(start)
        start = 0
    }
}
