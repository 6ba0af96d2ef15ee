extension X86Model {
    /// Those of AMD and Hygon.
    static let amd: [X86Model] = [
        X86Model(
            "athlon", "AMD", (6, 2, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 mmx fxsr sse sse2 mmxext
            3dnowext 3dnow
            """),
        X86Model(
            "phenom", "AMD", (16, 2, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni cx16 popcnt syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm 3dnowext 3dnow lahf_lm svm abm sse4a
            npt
            """),
        X86Model(
            "Opteron_G1", "AMD", (15, 6, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni syscall nx lm
            """),
        X86Model(
            "Opteron_G2", "AMD", (15, 6, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni cx16 syscall nx lm lahf_lm svm
            """),
        X86Model(
            "Opteron_G3", "AMD", (16, 2, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni cx16 popcnt syscall nx rdtscp lm lahf_lm svm abm sse4a misalignsse
            """),
        X86Model(
            "Opteron_G4", "AMD", (21, 1, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 popcnt aes xsave avx syscall nx pdpe1gb rdtscp lm lahf_lm svm
            abm sse4a misalignsse 3dnowprefetch xop fma4 npt nrip-save
            """),
        X86Model(
            "Opteron_G5", "AMD", (21, 2, 0),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 sse4.1 sse4.2 popcnt aes xsave avx f16c syscall nx pdpe1gb rdtscp lm
            lahf_lm svm abm sse4a misalignsse 3dnowprefetch xop fma4 tbm npt nrip-save
            """),
        X86Model(
            "EPYC", "AMD", (23, 1, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase bmi1
            avx2 smep bmi2 rdseed adx smap clflushopt sha-ni xsaveopt xsavec xgetbv1 syscall nx mmxext fxsr_opt
            pdpe1gb rdtscp lm lahf_lm svm cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext
            nrip-save
            """),
        X86Model(
            "EPYC-IBPB", "AMD", (23, 1, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase bmi1
            avx2 smep bmi2 rdseed adx smap clflushopt sha-ni xsaveopt xsavec xgetbv1 syscall nx mmxext fxsr_opt
            pdpe1gb rdtscp lm lahf_lm svm cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext ibpb
            nrip-save
            """),
        X86Model(
            "EPYC-Rome", "AMD", (23, 49, 0),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase bmi1
            avx2 smep bmi2 rdseed adx smap clflushopt clwb sha-ni umip rdpid xsaveopt xsavec xgetbv1 xsaves
            syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm lahf_lm svm cr8legacy abm sse4a misalignsse
            3dnowprefetch osvw topoext perfctr_core clzero xsaveerptr wbnoinvd ibpb amd-stibp npt nrip-save
            """),
        X86Model(
            "EPYC-Milan", "AMD", (25, 1, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase
            bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap clflushopt clwb sha-ni umip pku rdpid fsrm xsaveopt
            xsavec xgetbv1 xsaves syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm lahf_lm svm cr8legacy abm sse4a
            misalignsse 3dnowprefetch osvw topoext perfctr_core clzero xsaveerptr wbnoinvd ibpb ibrs amd-stibp
            amd-ssbd npt nrip-save svme-addr-chk
            """),
        X86Model(
            "EPYC-Genoa", "AMD", (25, 17, 0),
            """
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand fpu vme de pse
            tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 arat fsgsbase
            bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap avx512ifma clflushopt clwb
            avx512cd sha-ni avx512bw avx512vl avx512vbmi umip pku avx512vbmi2 gfni vaes vpclmulqdq avx512vnni
            avx512bitalg avx512-vpopcntdq la57 rdpid fsrm avx512-bf16 xsaveopt xsavec xgetbv1 xsaves lahf_lm svm
            cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext perfctr_core syscall nx mmxext fxsr_opt
            pdpe1gb rdtscp lm clzero xsaveerptr wbnoinvd ibpb ibrs amd-stibp stibp-always-on amd-ssbd amd-psfd
            npt nrip-save vnmi svme-addr-chk no-nested-data-bp lfence-always-serializing null-sel-clr-base
            auto-ibrs
            """),
        X86Model(
            "Dhyana", "Hygon", (24, 0, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt xsave avx f16c rdrand arat fsgsbase bmi1 avx2 smep
            bmi2 rdseed adx smap clflushopt xsaveopt xsavec xgetbv1 syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm
            lahf_lm svm cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext ibpb npt nrip-save
            """),
    ]
}
