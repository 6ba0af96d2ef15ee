/// What x86 processors can do, by the names that documents use, in the order of the bits in which the processor says
/// so (leaf by leaf of `cpuid`, then the registers for what can be switched off).
public enum X86Features {
    /// Every feature that is known, in order.
    public static let names: [String] = leaves.split(whereSeparator: \.isWhitespace).map(String.init)

    /// The place of each feature in that order.
    static let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })

    /// Features in their order; those that are not known come last, by name.
    public static func sorted(_ features: some Sequence<String>) -> [String] {
        features.sorted { left, right in
            let (first, second) = (places[left] ?? .max, places[right] ?? .max)
            return first == second ? left < right : first < second
        }
    }

    /// The feature that Linux shows under a name in `/proc/cpuinfo`; nil where the name is Linux's own.
    public static func feature(ofFlag flag: String) -> String? {
        let name = flags[flag] ?? flag
        if places[name] != nil { return name }
        let dashed = String(name.map { $0 == "_" ? "-" : $0 })
        return places[dashed] == nil ? nil : dashed
    }

    /// Where Linux's name is another.
    private static let flags = [
        "pclmulqdq": "pclmuldq", "sse4_1": "sse4.1", "sse4_2": "sse4.2", "tsc_deadline_timer": "tsc-deadline",
        "cr8_legacy": "cr8legacy", "nonstop_tsc": "invtsc", "avx512_vnni": "avx512vnni",
        "avx512_bitalg": "avx512bitalg",
        "avx512_vbmi2": "avx512vbmi2", "cqm": "cmt", "intel_pt": "intel-pt",
    ]

    /// One line a leaf.
    private static let leaves = """
        pni pclmuldq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid fma cx16 xtpr pdcm pcid dca sse4.1 sse4.2
        x2apic movbe popcnt tsc-deadline aes xsave osxsave avx f16c rdrand hypervisor
        fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 pn clflush ds acpi mmx fxsr sse
        sse2 ss ht tm ia64 pbe
        arat
        fsgsbase tsc_adjust sgx bmi1 hle avx2 smep bmi2 erms invpcid rtm mpx avx512f avx512dq rdseed adx smap
        avx512ifma pcommit clflushopt clwb intel-pt avx512pf avx512er avx512cd sha-ni avx512bw avx512vl
        avx512vbmi umip pku ospke waitpkg avx512vbmi2 gfni vaes vpclmulqdq avx512vnni avx512bitalg
        avx512-vpopcntdq la57 rdpid bus-lock-detect cldemote movdiri movdir64b sgxlc pks
        avx512-4vnniw avx512-4fmaps fsrm avx512-vp2intersect md-clear serialize tsx-ldtrk arch-lbr amx-bf16
        avx512-fp16 amx-tile amx-int8 spec-ctrl stibp flush-l1d arch-capabilities core-capability ssbd
        avx-vnni avx512-bf16 cmpccxadd fzrm fsrs fsrc amx-fp16 avx-ifma
        xsaveopt xsavec xgetbv1 xsaves xfd
        lahf_lm cmp_legacy svm extapic cr8legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt lwp
        fma4 tce nodeid_msr tbm topoext perfctr_core perfctr_nb
        syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm 3dnowext 3dnow
        overflow-recov succor
        invtsc
        clzero xsaveerptr wbnoinvd ibpb ibrs amd-stibp stibp-always-on amd-ssbd virt-ssbd amd-no-ssb amd-psfd
        npt lbrv svm-lock nrip-save tsc-scale vmcb-clean flushbyasid decodeassists pause-filter pfthreshold avic
        v-vmsave-vmload vgif vnmi svme-addr-chk
        no-nested-data-bp lfence-always-serializing null-sel-clr-base auto-ibrs sbpb ibpb-brtype srso-no
        perfmon-v2
        rdctl-no ibrs-all rsba skip-l1dfl-vmentry ssb-no mds-no pschange-mc-no tsx-ctrl taa-no split-lock-detect
        sbdr-ssdp-no fbsdp-no psdp-no fb-clear rrsba bhi-no gds-no rfds-clear rfds-no
        """
}
