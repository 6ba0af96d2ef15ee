/// Reads a stream of JSON documents that arrives in pieces: append bytes, take the values that are complete.
public struct JSONReader: ~Copyable {
    private let tokener: OpaqueTokener
    private let limit: Int
    private var pending: [UInt8] = []
    private var position = 0
    private var consumed = 0

    /// A reader that refuses documents nested deeper than `depth` or longer than `limit` bytes.
    public init(depth: Int = 256, limit: Int = 64 << 20) {
        self.tokener = OpaqueTokener(depth: depth)
        self.limit = limit
    }

    /// Adds what has arrived.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if position == pending.count {
            pending.removeAll(keepingCapacity: true)
            position = 0
        }
        pending.append(contentsOf: bytes)
    }

    /// The next complete document, or nil until more has arrived. After an error the reader is of no more use.
    public mutating func next() throws(JSONError) -> JSONValue? {
        skipSpace()
        guard position < pending.count else { return nil }
        let (outcome, used) = tokener.feed(pending[position...])
        position += used
        consumed += used
        if consumed > limit { throw .tooLong(limit: limit) }
        switch outcome {
        case .failure(let error): throw error
        case .success(nil): return nil
        case .success(let value?):
            consumed = 0
            return value
        }
    }

    /// Whether bytes of an unfinished document have been read.
    public var isWithinDocument: Bool { consumed > 0 || position < pending.count }

    private mutating func skipSpace() {
        guard consumed == 0 else { return }
        while position < pending.count, [0x20, 0x0A, 0x0D, 0x09].contains(pending[position]) { position += 1 }
    }
}
