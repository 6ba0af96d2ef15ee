import VirtXML

extension X86CPUID {
    /// The registers that a document tells of.
    public init(_ document: CPUData) {
        self.init()
        for leaf in document.leaves {
            let place = X86Leaf(leaf.leaf, leaf.subleaf)
            let values: [(X86Register, UInt32)] = [
                (.eax, leaf.eax), (.ebx, leaf.ebx), (.ecx, leaf.ecx), (.edx, leaf.edx),
            ]
            for (register, value) in values { self[.cpuid(place, register)] = value }
        }
        for register in document.registers {
            self[.msr(register.index, .eax)] = register.eax
            self[.msr(register.index, .edx)] = register.edx
        }
    }

    /// The registers as a document, in ascending order.
    public var document: CPUData {
        var document = CPUData()
        document.leaves = leaves.sorted().map { place in
            var leaf = CPUData.Leaf()
            (leaf.leaf, leaf.subleaf) = (place.leaf, place.subleaf)
            leaf.eax = self[.cpuid(place, .eax)]
            leaf.ebx = self[.cpuid(place, .ebx)]
            leaf.ecx = self[.cpuid(place, .ecx)]
            leaf.edx = self[.cpuid(place, .edx)]
            return leaf
        }
        document.registers = modelRegisters.sorted().map { index in
            var register = CPUData.ModelRegister()
            register.index = index
            register.eax = self[.msr(index, .eax)]
            register.edx = self[.msr(index, .edx)]
            return register
        }
        return document
    }

    private var leaves: Set<X86Leaf> {
        Set(words.keys.compactMap { if case .cpuid(let leaf, _) = $0 { leaf } else { nil } })
    }

    private var modelRegisters: Set<UInt32> {
        Set(words.keys.compactMap { if case .msr(let index, _) = $0 { index } else { nil } })
    }
}
