/// A named x86 processor.
public struct X86Model: Hashable, Sendable {
    public var name: String
    public var role: Role
    /// Its maker as documents name it; nil for models that stand for no maker's processor.
    public var vendor: String?
    /// The processors that it stands for.
    public var kinds: [Kind]
    public var features: Set<String>
    /// Features that came to the model after documents began to name it: they are always spelled out, so that an
    /// older reader sees the same processor.
    public var alwaysNamed: Set<String> = []
    /// Features that the model once had: spelled out as well, what is missing of them last.
    public var dropped: Set<String> = []

    /// What a model may be chosen for. Any can be asked for by name.
    public enum Role: String, Sendable {
        /// To describe what a guest gets.
        case guest
        /// To describe a host.
        case host
        /// Nothing, since it is narrower than another that stands for the same processors.
        case named
    }

    /// A family and model number, and the steppings that count where others with the same numbers differ.
    public struct Kind: Hashable, Sendable {
        var family: Int
        var model: Int
        var steppings: ClosedRange<Int>?

        func covers(_ one: X86Signature) -> Bool {
            family == one.family && model == one.model && steppings?.contains(one.stepping) ?? true
        }
    }

    /// Whether it is a numbered version of another, such as `EPYC-v2`.
    var isVersion: Bool {
        guard let mark = name.utf8.lastIndex(of: UInt8(ascii: "-")) else { return false }
        let end = name.utf8[mark...].dropFirst()
        return end.first == UInt8(ascii: "v") && end.count > 1
            && end.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether it stands for the processor with these numbers.
    func stands(for signature: X86Signature?) -> Bool {
        guard let signature else { return false }
        return kinds.contains { $0.covers(signature) }
    }

    /// The models, each maker's from the oldest to the youngest, then their versions.
    public static let all: [X86Model] = table([plain, intel, amd, versions])

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The model with a name.
    public static func named(_ name: String) -> X86Model? { byName[name] }

    /// The names of the models that documents use for guests.
    public static let names: [String] = all.filter { $0.role != .host }.map(\.name)
}
