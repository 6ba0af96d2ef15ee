import VirtXML
import XMLBinding

extension Group {
    /// All groups, by the kind of document.
    static var all: [Group] { domains + capabilities }

    static var domains: [Group] {
        let configurations = "qemu/qemuxmlconfdata"
        let active = "qemu-active/qemuxmlactive2xmldata"
        return [
            Group("qemu", configurations, where: isResult) {
                try DomainDefinition(xml: $0, options: .inactive).xml(options: [.inactive, .secure])
            },
            Group("qemu-active", active, where: { $0.contains("-active.") }) {
                try DomainDefinition(xml: $0).xml(options: .secure)
            },
            Group("qemu-inactive", active, where: { $0.contains("-inactive.") }) {
                try DomainDefinition(xml: $0).xml(options: [.inactive, .secure])
            },
            Group("generic", "generic/genericxml2xmlindata", out: "generic/genericxml2xmloutdata") {
                var domain = try DomainDefinition(xml: $0, options: .inactive)
                let defaults = GeneralDefaults(arch: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 0)) }
                try domain.fillGeneralDefaults(defaults)
                return try domain.xml(options: [.inactive, .secure])
            },
        ]
    }

    /// Whether a name is that of a result, `NAME.ARCH-VERSION.xml`, rather than of what went in.
    private static func isResult(_ name: String) -> Bool {
        let architectures = [
            "x86_64", "aarch64", "ppc64", "s390x", "riscv64", "i686", "armv7l", "loongarch64", "ppc", "sparc",
        ]
        return architectures.contains { name.contains(".\($0)-") }
    }

    static var capabilities: [Group] {
        [
            Group("domaincaps", "domaincaps/domaincapsdata") { try DomainCapabilities(xml: $0).xml() },
            Group("capability", "capability/capabilityschemadata") { try HostCapabilities(xml: $0).xml() },
        ]
    }
}
