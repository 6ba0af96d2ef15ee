import Processors

/// What libvirt tells of an architecture, whichever binary runs it.
package enum QEMUArchitecture {
    /// The architectures that documents may name.
    package static var names: Set<String> { ProcessorArchitecture.names }

    /// Those that the host's capabilities list where there is a binary, in their order.
    package static let listed = [
        "alpha", "armv6l", "armv7l", "aarch64", "cris", "i686", "loongarch64", "m68k", "microblaze",
        "microblazeel", "mips", "mipsel", "mips64", "mips64el", "ppc", "ppc64", "ppc64le", "riscv32",
        "riscv64", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "x86_64", "xtensa", "xtensaeb",
    ]

    /// Bits in a word.
    static func wordSize(_ name: String) -> UInt32 {
        let wide: Set = [
            "alpha", "aarch64", "ia64", "loongarch64", "mips64", "mips64el", "parisc64", "ppc64", "ppc64le",
            "riscv64",
            "s390x", "sparc64", "x86_64",
        ]
        return wide.contains(name) ? 64 : 32
    }

    /// The last part of the name of QEMU's binary for it.
    package static func binary(_ name: String) -> String {
        switch name {
        case "i686": "i386"
        case "armv6l", "armv7l", "armv7b": "arm"
        case "ppc64le": "ppc64"
        default: name
        }
    }

    /// Whether a binary of one architecture runs guests of another.
    static func runs(_ name: String, on binary: String) -> Bool {
        let wider = ["i686": "x86_64", "armv7l": "aarch64", "armv6l": "aarch64"]
        return name == binary || wider[name] == binary || Self.binary(name) == Self.binary(binary)
    }

    package static func isX86(_ name: String) -> Bool { name == "x86_64" || name == "i686" }
    static func isARM(_ name: String) -> Bool { ["aarch64", "armv7l", "armv6l"].contains(name) }
    static func isS390(_ name: String) -> Bool { name == "s390x" || name == "s390" }
    static func isRISCV(_ name: String) -> Bool { name == "riscv64" || name == "riscv32" }
}
