import Synchronization

/// Texts of one version of a document: each is made when it's first asked for, and shared from then on.
public final class SharedTexts<Key: Hashable & Sendable>: Sendable {
    private let texts = Mutex<[Key: String]>([:])

    public init() {}

    /// The text for `key`; `make` is called where there is none yet.
    public func text<Failure: Error>(_ key: Key, make: () throws(Failure) -> String) throws(Failure) -> String
    {
        if let known = texts.withLock({ $0[key] }) { return known }
        let text = try make()
        texts.withLock { $0[key] = text }
        return text
    }
}
