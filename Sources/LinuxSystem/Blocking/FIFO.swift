/// A queue whose ends cost the same, however long it is.
public struct FIFO<Element> {
    private var elements: [Element?] = []
    private var start = 0

    public init() {}

    public var isEmpty: Bool { start == elements.count }
    public var count: Int { elements.count - start }

    /// The element that leaves next.
    public var first: Element? { isEmpty ? nil : elements[start] }

    public mutating func append(_ element: Element) { elements.append(element) }

    public mutating func popFirst() -> Element? {
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

extension FIFO: Sendable where Element: Sendable {}
