/// Cases whose outcome the published data doesn't decide: what they depend on was set by the program that
/// ran them. They are counted apart.
enum Undecidable {
    /// Why a case can't be decided; nil for one that can.
    static func reason(_ name: String) -> String? {
        reasons.first { $0.names.contains(name) }?.reason
    }

    private static let reasons: [(reason: String, names: Set<String>)] = [
        (
            "abilities were taken from the recorded QEMU",
            [
                "usb-controller-automatic-unavailable-q35",
                "usb-controller-default-fallback-versatilepb-armv7l",
                "usb-controller-default-unavailable-g3beige", "usb-controller-default-unavailable-i440fx",
                "usb-controller-default-unavailable-mac99", "usb-controller-default-unavailable-powernv9",
                "usb-controller-default-unavailable-pseries", "usb-controller-default-unavailable-q35",
                "usb-controller-nec-xhci-unavailable",
            ]
        ),
        (
            "the host's processor was made up",
            [
                "cpu-cache-disable3", "cpu-phys-bits-emulate2", "cpu-tsc-frequency",
                "pseries-cpu-compat-power10",
            ]
        ),
        (
            "the host's interrupt controllers were made up",
            ["aarch64-gic-default-v2", "aarch64-gic-none-v2"]
        ),
        (
            "settings of the daemon",
            [
                "audio-default-vnc", "graphics-spice-auto-socket-cfg", "graphics-vnc-auto-socket-cfg",
                "graphics-vnc-tls-secret",
            ]
        ),
        (
            "what secrets hold, and how it comes out encrypted",
            ["disk-network-http", "disk-network-source-curl"]
        ),
        ("storage pools that were made up", ["disk-source-pool-mode", "luks-disks-source-qcow2"]),
        ("the address of a network that was made up", ["graphics-listen-network"]),
        ("the start was one of an incoming migration", ["migrate-numa-unaligned"]),
    ]
}
