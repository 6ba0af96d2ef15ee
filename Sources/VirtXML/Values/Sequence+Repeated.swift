extension Sequence {
    /// The first element that has the same key as one before it; nil where all keys differ.
    public func firstRepeated<Key: Hashable>(by key: (Element) -> Key) -> Element? {
        var seen: Set<Key> = []
        return first { !seen.insert(key($0)).inserted }
    }
}
