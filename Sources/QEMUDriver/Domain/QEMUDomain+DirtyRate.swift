import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// How fast a guest writes to its memory.
extension QEMUDomain {
    func startDirtyRateCalc(seconds: Int32, flags: DomainDirtyRateCalcFlags) async throws(VirtError) {
        try flags.require([.dirtyBitmap, .dirtyRing], in: "qemuDomainStartDirtyRateCalc", from: .qemu)
        if flags.isSuperset(of: [.dirtyBitmap, .dirtyRing]) {
            throw .refused(
                "virDomainStartDirtyRateCalc", "flags",
                "Flags 'VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_BITMAP' and 'VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_RING' are "
                    + "mutually exclusive")
        }
        guard (1...60).contains(seconds) else {
            throw VirtError(
                .configUnsupported, "seconds=\(seconds) is invalid, please choose value within [1, 60].",
                from: .qemu)
        }
        try await withJob(.modify, "measure the dirty rate") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            var mode = flags.contains(.dirtyBitmap) ? "dirty-bitmap" : "page-sampling"
            if flags.contains(.dirtyRing) {
                mode = "dirty-ring"
                if domain.snapshot.live?.features.kvm?.dirtyRing == nil {
                    throw VirtError(
                        .operationUnsupported,
                        "dirty-ring calculation mode requires dirty-ring feature enabled.", from: .qemu)
                }
            }
            try await domain.ask("calc-dirty-rate", ["calc-time": .init(seconds), "mode": .string(mode)])
        }
    }

    /// What has been measured last.
    func dirtyRate() async throws(VirtError) -> DirtyRate? {
        DirtyRate(try await ask(DirtyRate.asking.name, DirtyRate.asking.arguments))
    }
}
