import Virt

extension MigrationParameters {
    /// What a user asks for with the parameters of libvirt's API; those that say something else (where to, which
    /// disks) are left to others.
    init(_ given: [TypedParameter]) throws(VirtError) {
        for one in given {
            if one.field == "compression" {
                try choose(one.value)
            } else if let (name, unit) = Self.meaning[one.field] {
                self[name] = try Self.value(one, name.kind, unit)
            }
        }
    }

    /// libvirt's names, QEMU's, and in how many of QEMU's units libvirt counts.
    private static let meaning: [String: (Name, unit: UInt64)] = [
        "auto_converge.initial": (.throttleInitial, 1),
        "auto_converge.increment": (.throttleIncrement, 1),
        "bandwidth": (.maxBandwidth, 1 << 20),
        "bandwidth.postcopy": (.maxPostcopyBandwidth, 1 << 20),
        "bandwidth.avail.switchover": (.switchoverBandwidth, 1 << 20),
        "compression.mt.level": (.compressLevel, 1),
        "compression.mt.threads": (.compressThreads, 1),
        "compression.mt.dthreads": (.decompressThreads, 1),
        "compression.xbzrle.cache": (.xbzrleCacheSize, 1),
        "compression.zlib.level": (.zlibLevel, 1),
        "compression.zstd.level": (.zstdLevel, 1),
        "parallel.connections": (.channels, 1),
        "tls.destination": (.tlsHostname, 1),
    ]

    /// A method that compresses what several connections carry is a parameter, the others are capabilities.
    private mutating func choose(_ value: TypedValue) throws(VirtError) {
        guard case .string(let method) = value else { throw Self.misfit("compression") }
        if method == "zlib" || method == "zstd" { self[.compression] = .text(method) }
    }

    private static func value(_ given: TypedParameter, _ kind: Kind, _ unit: UInt64) throws(VirtError)
        -> Value
    {
        if case .string(let text) = given.value, case .text = kind { return .text(text) }
        guard let number = given.value.natural else { throw misfit(given.field) }
        let (scaled, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else {
            throw VirtError(.overflow, "\(given.field) must be less than \(UInt64.max / unit)", from: .qemu)
        }
        guard kind.takes(.number(scaled)) else { throw misfit(given.field) }
        return .number(scaled)
    }

    private static func misfit(_ field: String) -> VirtError {
        VirtError(.invalidArg, "migration parameter '\(field)' has a value that can't be", from: .qemu)
    }
}

extension TypedValue {
    /// The number, where it is one that isn't negative.
    fileprivate var natural: UInt64? {
        switch self {
        case .int(let value): UInt64(exactly: value)
        case .uint(let value): UInt64(value)
        case .llong(let value): UInt64(exactly: value)
        case .ullong(let value): value
        case .double, .boolean, .string: nil
        }
    }
}
