/// The numbers from one on that nothing has yet, the lowest first: each is looked at once.
public struct FreeNumbers {
    private var taken: Set<UInt32> = []
    private var candidate: UInt32

    /// Numbers from `first` on.
    public init(from first: UInt32 = 0) { candidate = first }

    /// Something has this number, or none; false if something else has it, too.
    @discardableResult
    public mutating func take(_ number: UInt32?) -> Bool { number.map { taken.insert($0).inserted } ?? true }

    /// The lowest number that is free and no higher than `last`, which is taken from now on; nil where there is none.
    public mutating func next(upTo last: UInt32) -> UInt32? {
        while candidate <= last, taken.contains(candidate) { candidate &+= 1 }
        return candidate <= last ? next() : nil
    }

    /// The lowest number that is free, which is taken from now on.
    public mutating func next() -> UInt32 {
        while taken.contains(candidate) { candidate &+= 1 }
        taken.insert(candidate)
        return candidate
    }
}
