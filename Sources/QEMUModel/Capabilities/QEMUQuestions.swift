import JSON

/// What a QEMU binary is asked to learn what it can do.
package enum QEMUQuestions {
    package typealias Question = (name: String, arguments: JSONObject?)

    /// What is asked of a binary that only shall be listed: it takes a fraction of the time of all questions.
    package static let summary: [Question] = [
        ("query-version", nil), ("query-target", nil), ("query-kvm", nil),
        ("qom-list-properties", ["typename": .string(emulation)]), ("query-machines", nil),
    ]

    /// The class that a binary has if it can do without hardware virtualization.
    package static let emulation = "tcg-accel"

    /// Asked first; the rest depends on the answers only by what QEMU doesn't know and then refuses.
    package static let general: [Question] = [
        ("query-version", nil), ("query-target", nil), ("query-qmp-schema", nil), ("query-kvm", nil),
        ("qom-list-types", nil), ("query-tpm-models", nil), ("query-tpm-types", nil),
        ("query-command-line-options", nil), ("query-migrate-capabilities", nil),
        ("query-gic-capabilities", nil), ("query-sev-capabilities", nil), ("query-sgx-capabilities", nil),
    ]

    /// The devices whose properties decide how they, or devices like them, are written.
    private static let devices = [
        "virtio-blk-pci", "virtio-net-pci", "virtio-scsi-pci", "virtio-blk-ccw", "virtio-net-ccw",
        "virtio-scsi-ccw", "vfio-pci", "scsi-hd", "ide-hd", "PIIX4_PM", "usb-redir", "usb-storage",
        "kvm-pit", "VGA", "vmware-svga", "qxl", "virtio-gpu-pci", "virtio-gpu-device", "ICH9-LPC",
        "virtio-balloon-pci", "virtio-balloon-ccw", "virtio-balloon-device", "intel-iommu", "mch", "nvdimm",
        "pcie-root-port", "usb-host", "vhost-user-fs-device", "virtio-mem-pci", "virtio-iommu-pci",
        "spapr-pci-host-bridge", "tpm-emulator", "sev-guest", "vhost-user-blk", "virtio-vga",
    ]

    /// The other classes of objects whose properties count.
    private static func objects(_ target: String) -> [String] {
        ["memory-backend-file", "memory-backend-memfd", "max-\(target)-cpu"]
    }

    /// The classes that machine types of a target descend from, in QEMU's words.
    private static func machines(_ target: String) -> [String] {
        let own: [String] =
            switch target {
            case "x86_64", "i386": ["generic-pc-machine"]
            case "aarch64", "arm": ["virt-machine"]
            case "ppc64": ["pseries-machine"]
            case "s390x": ["s390-ccw-machine"]
            default: []
            }
        return ["none-machine"] + own
    }

    /// Questions about the properties of classes, of those that the binary has.
    private static func properties(target: String, types: Set<String>) -> [Question] {
        let devices = devices.filter(types.contains).map { type -> Question in
            ("device-list-properties", ["typename": .string(type)])
        }
        let objects = (objects(target) + machines(target)).filter(types.contains).map { type -> Question in
            ("qom-list-properties", ["typename": .string(type)])
        }
        return devices + objects
    }

    /// What is asked once the answers to ``general`` are there.
    package static func details(after general: [QEMUExchange]) -> [Question] {
        func result(_ command: String) -> JSONValue? { general.first { $0.command == command }?.result }
        let target = result("query-target")?["arch"]?.string ?? ""
        let types = Set(result("qom-list-types")?.array?.compactMap { $0["name"]?.string } ?? [])
        let usesKVM = usesKVM(general)
        return properties(target: target, types: types) + acceleration(model: usesKVM ? "host" : "max")
            + (usesKVM ? enlightenments : [])
    }

    /// Whether the binary that answered used KVM.
    package static func usesKVM(_ exchanges: some Sequence<QEMUExchange>) -> Bool {
        exchanges.contains { $0.command == "query-kvm" && $0.result?["enabled"]?.bool == true }
    }

    /// What differs between accelerators; `model` is the CPU that stands for the host's own.
    package static func acceleration(model: String) -> [Question] {
        [
            ("query-machines", nil), ("query-cpu-definitions", nil),
            ("query-cpu-model-expansion", ["type": "static", "model": ["name": .string(model)]]),
            (
                "query-cpu-model-expansion",
                ["type": "static", "model": ["name": .string(model), "props": ["migratable": false]]]
            ),
        ]
    }

    /// What of Microsoft's hypervisor KVM can show to a guest.
    private static let enlightenments: [Question] = [
        (
            "query-cpu-model-expansion",
            [
                "type": "full",
                "model": ["name": "host", "props": ["migratable": false, "hv-passthrough": true]],
            ]
        )
    ]
}
