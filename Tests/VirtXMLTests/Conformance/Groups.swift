import VirtXML
import XMLBinding

extension Group {
    /// All groups, by the kind of document.
    static var all: [Group] { domains + capabilities + networks + storage + hosts + moments }

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

    static var networks: [Group] {
        [
            Group("network", "network/networkxml2xmlin", out: "network/networkxml2xmlout") {
                try NetworkDefinition(xml: $0, options: .inactive).xml(options: .inactive)
            },
            Group("networkport", "networkport/virnetworkportxml2xmldata") {
                try NetworkPortDefinition(xml: $0).xml()
            },
            Group("nwfilter", "nwfilter/nwfilterxml2xmlin", out: "nwfilter/nwfilterxml2xmlout") {
                try FilterDefinition(xml: $0).xml()
            },
            Group("nwfilterbinding", "nwfilterbinding/virnwfilterbindingxml2xmldata") {
                try FilterBindingDefinition(xml: $0).xml()
            },
            Group("interface", "interface/interfaceschemadata") {
                try HostInterfaceDefinition(xml: $0).xml()
            },
        ]
    }

    static var storage: [Group] {
        [
            Group("storagepool", "storagepool/storagepoolxml2xmlin", out: "storagepool/storagepoolxml2xmlout")
            {
                try StoragePoolDefinition(xml: $0, options: .inactive).xml()
            },
            Group("storagevol", "storagevol/storagevolxml2xmlin", out: "storagevol/storagevolxml2xmlout") {
                var volume = try StorageVolumeDefinition(xml: $0, options: .inactive)
                volume.fillDefaults(pool: volume.type == .block ? .logical : .dir)
                return try volume.xml()
            },
            Group("secret", "secret/secretxml2xmlin") { try SecretDefinition(xml: $0).xml() },
        ]
    }

    static var hosts: [Group] {
        [
            Group("nodedev", "nodedev/nodedevschemadata", out: "nodedev/nodedevxml2xmlout") {
                try NodeDeviceDefinition(xml: $0, options: .inactive).xml()
            },
            Group("nodedev-out", "nodedev/nodedevxml2xmlout") { try NodeDeviceDefinition(xml: $0).xml() },
        ]
    }

    /// What comes out of these reads back to the same bytes; how it comes about needs a domain and a clock.
    static var moments: [Group] {
        [
            Group("snapshot", "snapshot/qemudomainsnapshotxml2xmlout") {
                try SnapshotDefinition(xml: $0, options: .inactive).xml(options: [.inactive, .secure])
            },
            Group("checkpoint", "checkpoint/qemudomaincheckpointxml2xmlout") {
                try CheckpointDefinition(xml: $0, options: .inactive).xml(options: [.inactive, .secure])
            },
            Group("backup", "backup/domainbackupxml2xmlout") { try BackupDefinition(xml: $0).xml() },
        ]
    }
}
