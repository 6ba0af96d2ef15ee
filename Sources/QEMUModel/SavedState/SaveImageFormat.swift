/// How the state of a guest stands in a file; the numbers are those of libvirt's files.
package enum SaveImageFormat: UInt32, CaseIterable, Sendable {
    case raw, gzip, bzip2, xz, lzop, zstd
    /// Each page at a place of its own, as QEMU's mapped-ram writes it.
    case sparse

    /// The format of this name, as settings and calls have it.
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    package var name: String { "\(self)" }

    /// The program that packs and unpacks what is in the file; nil where QEMU's own words stand in it.
    package var program: String? {
        switch self {
        case .raw, .sparse: nil
        default: name
        }
    }
}
