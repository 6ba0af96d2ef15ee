/// How QEMU moves a guest to another host, as far as libvirt's API lets a user choose it. The parameters of a guest
/// are kept while it moves, so that it has its own again should it stay.
struct MigrationParameters: Equatable, Sendable {
    /// The parameters, in the order in which libvirt writes them. Names are QEMU's.
    enum Name: String, CaseIterable, Sendable {
        case compressLevel = "compress-level"
        case compressThreads = "compress-threads"
        case decompressThreads = "decompress-threads"
        case throttleInitial = "cpu-throttle-initial"
        case throttleIncrement = "cpu-throttle-increment"
        case tlsCredentials = "tls-creds"
        case tlsHostname = "tls-hostname"
        case maxBandwidth = "max-bandwidth"
        case downtimeLimit = "downtime-limit"
        case blockIncremental = "block-incremental"
        case xbzrleCacheSize = "xbzrle-cache-size"
        case maxPostcopyBandwidth = "max-postcopy-bandwidth"
        case channels = "multifd-channels"
        case compression = "multifd-compression"
        case zlibLevel = "multifd-zlib-level"
        case zstdLevel = "multifd-zstd-level"
        case switchoverBandwidth = "avail-switchover-bandwidth"
    }

    /// What kind of value a parameter has.
    enum Kind: Sendable {
        /// A number of 32 bits.
        case number
        /// A number of 64 bits.
        case size
        case text
        case flag
    }

    enum Value: Equatable, Sendable {
        case number(UInt64)
        case text(String)
        case flag(Bool)
    }

    private var values: [Name: Value] = [:]

    init() {}

    /// The value of a parameter; nil where nothing is said of it. One that doesn't fit its kind is refused silently:
    /// a QEMU may have other ideas of it.
    subscript(name: Name) -> Value? {
        get { values[name] }
        set { values[name] = newValue.flatMap { name.kind.takes($0) ? $0 : nil } }
    }

    /// The parameters that something is said of, in order.
    var all: [(name: Name, value: Value)] {
        Name.allCases.compactMap { name in values[name].map { (name, $0) } }
    }
}

extension MigrationParameters.Name {
    var kind: MigrationParameters.Kind {
        switch self {
        case .tlsCredentials, .tlsHostname, .compression: .text
        case .maxBandwidth, .downtimeLimit, .xbzrleCacheSize, .maxPostcopyBandwidth, .switchoverBandwidth:
            .size
        case .blockIncremental: .flag
        default: .number
        }
    }
}

extension MigrationParameters.Kind {
    /// Whether a value is one of the kind.
    func takes(_ value: MigrationParameters.Value) -> Bool {
        switch (self, value) {
        case (.number, .number(let number)): number <= Int32.max
        case (.size, .number), (.text, .text), (.flag, .flag): true
        default: false
        }
    }
}
