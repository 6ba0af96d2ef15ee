import PublishedData
import VirtXML
import XMLBinding

extension Group {
    /// All groups, by the kind of document.
    static var all: [Group] {
        domains + hypervisors + capabilities + networks + storage + hosts + moments + [systemInfo]
    }

    static var domains: [Group] {
        let configurations = "qemu/qemuxmlconfdata"
        let active = "qemu-active/qemuxmlactive2xmldata"
        return [
            Group("qemu", schema: "domain.rng", configurations, where: isResult, mayBeWrong: false) {
                try DomainDefinition(xml: $0, options: .inactive).xml(options: [.inactive, .secure])
            },
            Group("qemu-active", schema: "domain.rng", active, where: { $0.contains("-active.") }) {
                try DomainDefinition(xml: $0).xml(options: .secure)
            },
            Group("qemu-inactive", schema: "domain.rng", active, where: { $0.contains("-inactive.") }) {
                try DomainDefinition(xml: $0).xml(options: [.inactive, .secure])
            },
            Group("domainschema", schema: "domain.rng", "domainschema/domainschemadata", convert: twice),
        ]
    }

    /// Whether a name is that of a result, `NAME.ARCH-VERSION.xml`, rather than of what went in.
    private static func isResult(_ name: String) -> Bool {
        let architectures = [
            "x86_64", "aarch64", "ppc64", "s390x", "riscv64", "i686", "armv7l", "loongarch64", "ppc", "sparc",
        ]
        return architectures.contains { name.contains(".\($0)-") }
    }

    /// A document that only has to be read: it comes back if what is written reads as the same.
    @Sendable private static func twice(_ xml: String) throws -> String {
        let domain = try DomainDefinition(xml: xml, options: .inactive)
        let written = try domain.xml(options: [.inactive, .secure])
        return try DomainDefinition(xml: written, options: .inactive) == domain ? xml : written
    }

    static var capabilities: [Group] {
        [
            Group("domaincaps", schema: "domaincaps.rng", "domaincaps/domaincapsdata") {
                try DomainCapabilities(xml: $0).xml()
            },
            Group("capability", schema: "capability.rng", "capability/capabilityschemadata") {
                try HostCapabilities(xml: $0).xml()
            },
        ]
    }

    static var networks: [Group] {
        [
            Group(
                "network", schema: "network.rng", "network/networkxml2xmlin",
                out: "network/networkxml2xmlout",
                isComplete: true
            ) {
                try NetworkDefinition(xml: $0, options: .inactive).xml(options: .inactive)
            },
            Group("network-update", schema: "network.rng", cases: networkUpdates),
            Group("networkport", schema: "networkport.rng", "networkport/virnetworkportxml2xmldata") {
                try NetworkPortDefinition(xml: $0).xml()
            },
            Group(
                "nwfilter", schema: "nwfilter.rng", "nwfilter/nwfilterxml2xmlin",
                out: "nwfilter/nwfilterxml2xmlout", isComplete: true
            ) { try FilterDefinition(xml: $0).xml() },
            Group(
                "nwfilterbinding", schema: "nwfilterbinding.rng",
                "nwfilterbinding/virnwfilterbindingxml2xmldata"
            ) { try FilterBindingDefinition(xml: $0).xml() },
            Group("interface", schema: "interface.rng", "interface/interfaceschemadata") {
                try HostInterfaceDefinition(xml: $0).xml()
            },
        ]
    }

    static var storage: [Group] {
        [
            Group(
                "storagepool", schema: "storagepool.rng", "storagepool/storagepoolxml2xmlin",
                out: "storagepool/storagepoolxml2xmlout", isComplete: true
            ) { try StoragePoolDefinition(xml: $0, options: .inactive).xml() },
            Group(
                "storagevol", schema: "storagevol.rng", "storagevol/storagevolxml2xmlin",
                out: "storagevol/storagevolxml2xmlout", isComplete: true
            ) {
                var volume = try StorageVolumeDefinition(xml: $0, options: .inactive)
                try volume.fillDefaults(pool: volume.type == .block ? .logical : .dir)
                return try volume.xml()
            },
            Group("secret", schema: "secret.rng", "secret/secretxml2xmlin") {
                try SecretDefinition(xml: $0).xml()
            },
        ]
    }

    static var hosts: [Group] {
        [
            Group(
                "nodedev", schema: "nodedev.rng", "nodedev/nodedevschemadata",
                out: "nodedev/nodedevxml2xmlout"
            ) { try NodeDeviceDefinition(xml: $0, options: .inactive).xml() },
            Group("nodedev-out", schema: "nodedev.rng", "nodedev/nodedevxml2xmlout") {
                try NodeDeviceDefinition(xml: $0).xml()
            },
            Group("nodedev-inactive", cases: inactiveDevices),
        ]
    }

    /// What devices are once they aren't there: `NAME_inactive.xml` of `NAME.xml`.
    private static var inactiveDevices: [Case] {
        let folder = "nodedev/nodedevxml2xmlout"
        return Published.documentNames(in: folder).filter { $0.hasSuffix("_inactive.xml") }.compactMap {
            file in
            let name = file.dropLast("_inactive.xml".count)
            guard let input = Published.text("nodedev/nodedevschemadata/\(name).xml") else { return nil }
            return Case(name: file, expected: Published.text("\(folder)/\(file)")) {
                try NodeDeviceDefinition(xml: input, options: .inactive).inactive.xml()
            }
        }
    }
}
