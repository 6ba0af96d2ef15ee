import LinuxSystem

/// Elements of several owners, which take turns: who has many waits no less than who has one.
public struct FairQueue<Owner: Hashable, Element> {
    private var lines: [Owner: FIFO<Element>] = [:]
    /// The owners that have elements, in the order of their turns.
    private var owners = FIFO<Owner>()

    public init() {}

    public var isEmpty: Bool { owners.isEmpty }

    public mutating func append(_ element: Element, of owner: Owner) {
        if lines[owner] == nil { owners.append(owner) }
        lines[owner, default: FIFO()].append(element)
    }

    /// The oldest element of the owner whose turn it is.
    public mutating func popFirst() -> Element? {
        guard let owner = owners.popFirst(), let element = lines[owner]?.popFirst() else { return nil }
        if lines[owner]?.isEmpty == false { owners.append(owner) } else { lines[owner] = nil }
        return element
    }
}
