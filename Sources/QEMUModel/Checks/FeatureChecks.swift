import ByteText
import VirtXML

extension DomainDefinition {
    /// Features that the machine, its architecture or this QEMU hasn't: of several the first in libvirt's order is said.
    func checkFeatures(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let problems = guestFeatureProblems(qemu) + powerFeatureProblems + lateFeatureProblems
        if let problem = problems.first(where: \.isThere) { throw .unsupported(problem.words) }
    }

    private typealias Problem = (words: String, isThere: Bool)

    private func unsupported(_ what: String, _ isThere: Bool) -> Problem {
        let place = "architecture '\(os.arch ?? "")' or machine type '\(os.machine ?? "")'"
        return ("\(what) not supported for \(place)", isThere)
    }

    private func guestFeatureProblems(_ qemu: QEMUCapabilities) -> [Problem] {
        let board = board
        return [
            unsupported(
                "The 'eoi' attribute of the 'apic' feature is", features.apic?.eoi != nil && !board.isX86),
            unsupported(
                "Hyperv features are", features.hyperv != nil && !board.isX86 && !board.isARMVirt),
            unsupported("The 'pvspinlock' feature is", features.pvspinlock != nil && !board.isX86),
            (
                "PMU is always enabled for architecture '\(os.arch ?? "")'",
                features.pmu == false && board.architecture.hasBytePrefix("ppc64")
            ),
            ("vmport is not available with this QEMU binary", features.vmport != nil && !board.hasPS2),
            (
                "vmport feature requires the ps2 feature not to be disabled",
                features.vmport == true && features.ps2 == false
            ),
            unsupported("The 'gic' feature is", features.gic != nil && !board.isARMVirt),
            unsupported("The 'ioapic' feature is", features.ioapic != nil && !board.isX86),
            unsupported("The 'hpt' feature is", hasPageTable && !board.isPSeries),
            (
                "vmcoreinfo is not available with this QEMU binary",
                features.vmcoreinfo == true && !qemu.has("vmcoreinfo")
            ),
        ]
    }

    private var hasPageTable: Bool { features.hpt?.resizing != nil || features.hpt?.maxPageSize != nil }

    private var powerFeatureProblems: [Problem] {
        let known: [(String, Bool)] = [
            ("htm", features.htm != nil), ("nested-hv", features.nestedHV != nil),
            ("ccf-assist", features.ccfAssist != nil), ("cfpc", features.cfpc != nil),
            ("sbbc", features.sbbc != nil), ("ibs", features.ibs != nil),
        ]
        return known.map { unsupported("The '\($0)' feature is", $1 && !board.isPSeries) }
    }

    private var lateFeatureProblems: [Problem] {
        [
            (
                "TCG features are incompatible with domain type '\(type.rawValue)'",
                type != .qemu && features.tcgTBCache != nil
            ),
            (
                "tb-cache size must be an integer multiple of MiB",
                (features.tcgTBCache?.bytes ?? 0) % (1 << 20) != 0
            ),
            ("ras feature is only supported with ARM Virt machines", features.ras != nil && !board.isARMVirt),
            ("ps2 feature is not available with this QEMU binary", features.ps2 != nil && !board.hasPS2),
            (
                "aia feature is only supported with RISC-V Virt machines",
                features.aia != nil && !board.isRISCVVirt
            ),
        ]
    }

    /// Whether the firmware can have its own memory, and how much.
    func checkSMM() throws(ConfigurationError) {
        guard let tseg = features.smm?.tseg, features.smm?.state != false else { return }
        if !board.isQ35 { throw .unsupported("SMM TSEG is only supported with q35 machine type") }
        if tseg.bytes % (1 << 20) != 0 {
            throw .unsupported("SMM TSEG size must be divisible by 1 MiB")
        }
    }
}
