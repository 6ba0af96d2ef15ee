import Virt

/// The parameters of a call that changes something, looked at by name; each is of one type, and may come once.
struct ParameterReading {
    private let given: [TypedParameter]

    /// Throws where one isn't among the names that the call knows, or comes again.
    init(_ given: [TypedParameter], knowing names: [String]) throws(VirtError) {
        for (index, one) in given.enumerated() {
            guard names.contains(where: { $0 == one.field }) else {
                throw VirtError(.argumentUnsupported, "parameter '\(one.field)' not supported")
            }
            if given[..<index].contains(where: { $0.field == one.field }) {
                throw VirtError(.invalidArg, "parameter '\(one.field)' occurs multiple times")
            }
        }
        self.given = given
    }

    func uint(_ name: String) throws(VirtError) -> UInt32? {
        guard let value = value(name) else { return nil }
        if case .uint(let number) = value { return number }
        throw misfit(name, value, 2)
    }

    func ullong(_ name: String) throws(VirtError) -> UInt64? {
        guard let value = value(name) else { return nil }
        if case .ullong(let number) = value { return number }
        throw misfit(name, value, 4)
    }

    func llong(_ name: String) throws(VirtError) -> Int64? {
        guard let value = value(name) else { return nil }
        if case .llong(let number) = value { return number }
        throw misfit(name, value, 3)
    }

    func int(_ name: String) throws(VirtError) -> Int32? {
        guard let value = value(name) else { return nil }
        if case .int(let number) = value { return number }
        throw misfit(name, value, 1)
    }

    func string(_ name: String) throws(VirtError) -> String? {
        guard let value = value(name) else { return nil }
        if case .string(let text) = value { return text }
        throw misfit(name, value, 7)
    }

    func boolean(_ name: String) throws(VirtError) -> Bool? {
        guard let value = value(name) else { return nil }
        if case .boolean(let isSo) = value { return isSo }
        throw misfit(name, value, 6)
    }

    private func value(_ name: String) -> TypedValue? { given.first { $0.field == name }?.value }

    private func misfit(_ name: String, _ value: TypedValue, _ wanted: Int) -> VirtError {
        let names = ["unknown", "int", "uint", "llong", "ullong", "double", "boolean", "string"]
        let type = names.indices.contains(Int(value.type)) ? names[Int(value.type)] : "unknown"
        return VirtError(
            .invalidArg,
            "invalid type '\(type)' for parameter '\(name)', expected '\(names[wanted])'")
    }
}
