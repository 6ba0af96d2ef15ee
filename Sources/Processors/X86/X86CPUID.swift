/// What is asked of `cpuid`.
public struct X86Leaf: Hashable, Sendable, Comparable {
    public var leaf: UInt32
    public var subleaf: UInt32

    public init(_ leaf: UInt32, _ subleaf: UInt32 = 0) { (self.leaf, self.subleaf) = (leaf, subleaf) }

    public static func < (left: X86Leaf, right: X86Leaf) -> Bool {
        (left.leaf, left.subleaf) < (right.leaf, right.subleaf)
    }
}

/// One of the four registers that `cpuid` fills.
public enum X86Register: Hashable, Sendable { case eax, ebx, ecx, edx }

/// What an x86 processor says about itself, register by register.
public struct X86CPUID: Equatable, Sendable {
    var words: [X86FeatureWord.Source: UInt32] = [:]

    public init() {}

    /// The registers that say that a processor can do exactly these.
    public init(features: Set<String>) {
        for word in X86FeatureWord.all {
            let value = word.names.enumerated().reduce(UInt32(0)) { value, one in
                guard let name = one.element, features.contains(name) else { return value }
                return value | 1 << UInt32(clamping: one.offset)
            }
            if value != 0 { words[word.source] = value }
        }
    }

    public subscript(_ source: X86FeatureWord.Source) -> UInt32 {
        get { words[source] ?? 0 }
        set { words[source] = newValue }
    }

    /// What the processor can do, as far as there are names for it.
    public var features: Set<String> {
        var found: Set<String> = []
        for word in X86FeatureWord.all {
            let value = self[word.source]
            for (bit, name) in word.names.enumerated() where value >> UInt32(clamping: bit) & 1 == 1 {
                if let name { found.insert(name) }
            }
        }
        return found
    }

    /// What the processor calls its maker, such as `GenuineIntel`.
    public var vendorIdentifier: String {
        let registers: [X86Register] = [.ebx, .edx, .ecx]
        let letters = registers.flatMap { register in
            let value = self[.cpuid(X86Leaf(0), register)]
            return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Family, model and stepping.
    public var signature: X86Signature { X86Signature(eax: self[.cpuid(X86Leaf(1), .eax)]) }
}
