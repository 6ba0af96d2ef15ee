import ByteText

/// A register in which an x86 processor says what it can do, and the name of each of its bits.
public struct X86FeatureWord: Sendable {
    public var source: Source
    /// The lowest bit first; nil where documents have no name for a bit.
    public var names: [String?]

    /// Where the register is read.
    public enum Source: Hashable, Sendable {
        case cpuid(X86Leaf, X86Register)
        /// The lower (`eax`) or upper (`edx`) half of a model specific register.
        case msr(UInt32, X86Register)
    }

    /// Every word, in the order in which documents list features.
    public static let all: [X86FeatureWord] = processorWords + registerWords

    /// The words that `cpuid` shows, as Intel's and AMD's manuals have them.
    private static let processorWords: [X86FeatureWord] = [
        cpuid(
            1, 0, .ecx,
            """
            pni pclmuldq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid - fma cx16 xtpr pdcm - pcid dca sse4.1
            sse4.2 x2apic movbe popcnt tsc-deadline aes xsave osxsave avx f16c rdrand hypervisor
            """),
        cpuid(
            1, 0, .edx,
            """
            fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - ds acpi mmx
            fxsr sse sse2 ss ht tm ia64 pbe
            """),
        cpuid(6, 0, .eax, "- - arat"),
        cpuid(
            7, 0, .ebx,
            """
            fsgsbase tsc_adjust sgx bmi1 hle avx2 fdp-excptn-only smep bmi2 erms invpcid rtm cmt zero-fcs-fds mpx
            - avx512f avx512dq rdseed adx smap avx512ifma pcommit clflushopt clwb intel-pt avx512pf avx512er
            avx512cd sha-ni avx512bw avx512vl
            """),
        cpuid(
            7, 0, .ecx,
            """
            - avx512vbmi umip pku ospke waitpkg avx512vbmi2 - gfni vaes vpclmulqdq avx512vnni avx512bitalg -
            avx512-vpopcntdq - la57 - - - - - rdpid - bus-lock-detect cldemote - movdiri movdir64b - sgxlc pks
            """),
        cpuid(
            7, 0, .edx,
            """
            - - avx512-4vnniw avx512-4fmaps fsrm - - - avx512-vp2intersect - md-clear - - - serialize - tsx-ldtrk
            - - arch-lbr - - amx-bf16 avx512-fp16 amx-tile amx-int8 spec-ctrl stibp flush-l1d arch-capabilities
            core-capability ssbd
            """),
        cpuid(
            7, 1, .eax,
            """
            sha512 sm3 sm4 - avx-vnni avx512-bf16 - cmpccxadd - - fzrm fsrs fsrc - - - - fred lkgs wrmsrns -
            amx-fp16 - avx-ifma - - lam
            """),
        cpuid(
            7, 1, .edx,
            """
            - - - - avx-vnni-int8 avx-ne-convert - - amx-complex - avx-vnni-int16 - - - prefetchiti - - - - avx10
            """),
        cpuid(7, 2, .edx, "intel-psfd ipred-ctrl rrsba-ctrl ddpd-u bhi-ctrl mcdt-no"),
        cpuid(13, 1, .eax, "xsaveopt xsavec xgetbv1 xsaves xfd"),
        cpuid(15, 1, .edx, "- mbm_total mbm_local"),
        cpuid(20, 0, .ecx, "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - intel-pt-lip"),
        cpuid(
            0x8000_0001, 0, .ecx,
            """
            lahf_lm cmp_legacy svm extapic cr8legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt
            - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb
            """),
        cpuid(
            0x8000_0001, 0, .edx,
            """
            - - - - - - - - - - - syscall - - - - - - - - nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm 3dnowext
            3dnow
            """),
        cpuid(0x8000_0007, 0, .ebx, "overflow-recov succor"),
        cpuid(0x8000_0007, 0, .edx, "- - - - - - - - invtsc"),
        cpuid(
            0x8000_0008, 0, .ebx,
            """
            clzero - xsaveerptr - - - - - - wbnoinvd - - ibpb - ibrs amd-stibp - stibp-always-on - - - - - -
            amd-ssbd virt-ssbd amd-no-ssb - amd-psfd
            """),
        cpuid(
            0x8000_000A, 0, .edx,
            """
            npt lbrv svm-lock nrip-save tsc-scale vmcb-clean flushbyasid decodeassists - - pause-filter -
            pfthreshold avic - v-vmsave-vmload vgif - - - - - - - - vnmi - - svme-addr-chk
            """),
        cpuid(
            0x8000_0021, 0, .eax,
            """
            no-nested-data-bp - lfence-always-serializing - - - null-sel-clr-base - auto-ibrs - - - - - - - - - -
            - - - - - - - - sbpb ibpb-brtype srso-no
            """),
        cpuid(0x8000_0022, 0, .eax, "perfmon-v2"),
    ]

    private static func cpuid(_ leaf: UInt32, _ subleaf: UInt32, _ register: X86Register, _ names: String)
        -> X86FeatureWord
    {
        X86FeatureWord(source: .cpuid(X86Leaf(leaf, subleaf), register), names: split(names))
    }

    static func split(_ names: String) -> [String?] {
        names.splitAtBlanks().map { $0.hasSameBytes(as: "-") ? nil : String($0) }
    }
}
