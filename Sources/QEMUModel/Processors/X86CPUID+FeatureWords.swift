import JSON
import Processors

extension X86CPUID {
    /// The registers that QEMU tells of as the property `feature-words` of a processor.
    package init(featureWords reply: JSONValue) {
        self.init()
        let registers: [String: X86Register] = ["EAX": .eax, "EBX": .ebx, "ECX": .ecx, "EDX": .edx]
        for word in reply.array ?? [] {
            guard let register = word["cpuid-register"]?.string.flatMap({ registers[$0] }),
                let leaf = word["cpuid-input-eax"]?.uint.flatMap({ UInt32(exactly: $0) }),
                let value = word["features"]?.uint.flatMap({ UInt32(exactly: $0) }), value != 0
            else { continue }
            let subleaf = word["cpuid-input-ecx"]?.uint.flatMap { UInt32(exactly: $0) } ?? 0
            self[.cpuid(X86Leaf(leaf, subleaf), register)] = value
        }
    }
}
