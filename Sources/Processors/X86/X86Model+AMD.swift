extension X86Model {
    /// AMD's, and Hygon's.
    static let amd = """
        athlon guest AMD 6.2 : @pentium3 apic sse2 mmxext 3dnowext 3dnow -mca
        phenom guest AMD 16.2 : @athlon pni monitor mca clflush svm syscall nx fxsr_opt lm -vme
        Opteron_G1 guest AMD 15.6 : @cpu64-rhel5
        Opteron_G2 guest AMD 15.6 : @qemu64 lahf_lm rdtscp
        Opteron_G3 guest AMD 16.2 : @Opteron_G2 monitor~ popcnt abm sse4a misalignsse
        Opteron_G4 guest AMD 21.1 : @Opteron_G3 pclmuldq ssse3 sse4.1 sse4.2 aes xsave avx 3dnowprefetch xop
            fma4 pdpe1gb -monitor
        Opteron_G5 guest AMD 21.2 : @Opteron_G4 fma f16c tbm
        EPYC guest AMD 23.1 : @Opteron_G5 monitor~ movbe rdrand vme arat fsgsbase bmi1 avx2 smep bmi2 rdseed adx
            smap clflushopt sha-ni xsaveopt xsavec xgetbv1 cr8legacy osvw topoext! mmxext fxsr_opt npt!
            nrip-save! -xop -fma4 -tbm
        EPYC-IBPB guest AMD 23.1 : @EPYC ibpb
        EPYC-Rome guest AMD 23.49 23.113 : @EPYC-IBPB clwb umip rdpid xsaves! perfctr_core clzero xsaveerptr
            wbnoinvd amd-stibp npt nrip-save -monitor
        EPYC-Milan guest AMD 25.1 : @EPYC-Rome pcid erms invpcid pku fsrm xsaves ibrs amd-ssbd svme-addr-chk
        EPYC-Genoa guest AMD 25.17 : @EPYC-Milan avx512f avx512dq avx512ifma avx512cd avx512bw avx512vl
            avx512vbmi avx512vbmi2 gfni vaes vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq la57
            avx512-bf16 stibp-always-on amd-psfd vnmi no-nested-data-bp lfence-always-serializing
            null-sel-clr-base auto-ibrs
        Dhyana guest Hygon 24.0 : @EPYC-IBPB -pclmuldq -aes -sha-ni
        """
}
