extension X86Model {
    /// Intel's.
    static let intel = """
        Conroe guest Intel 6.15 6.22 : @cpu64-rhel6 ssse3 -cx16
        Penryn guest Intel 6.23 6.29 : @Conroe cx16 sse4.1
        Nehalem guest Intel 6.26 6.30 6.31 6.46 : @Penryn sse4.2 popcnt
        Nehalem-IBRS guest Intel 6.26 6.30 6.31 6.46 : @Nehalem spec-ctrl
        Westmere guest Intel 6.44 6.37 6.47 : @Nehalem aes
        Westmere-IBRS guest Intel 6.44 6.37 6.47 : @Westmere spec-ctrl
        SandyBridge guest Intel 6.42 6.45 : @Westmere pclmuldq x2apic tsc-deadline xsave avx xsaveopt! rdtscp
        SandyBridge-IBRS guest Intel 6.42 6.45 : @SandyBridge spec-ctrl
        IvyBridge guest Intel 6.58 6.62 : @SandyBridge f16c rdrand vme fsgsbase smep erms -xsaveopt
        IvyBridge-IBRS guest Intel 6.58 6.62 : @IvyBridge spec-ctrl
        Haswell-noTSX guest Intel 6.60 6.63 6.69 6.70 : @IvyBridge fma pcid movbe bmi1 avx2 bmi2 invpcid -f16c
            -rdrand -vme
        Haswell-noTSX-IBRS guest Intel 6.60 6.63 6.69 6.70 : @Haswell-noTSX spec-ctrl
        Haswell guest Intel 6.60 6.63 6.69 6.70 : @Haswell-noTSX hle rtm
        Haswell-IBRS guest Intel 6.60 6.63 6.69 6.70 : @Haswell spec-ctrl
        Broadwell-noTSX guest Intel 6.61 6.71 6.79 6.86 : @Haswell-noTSX rdseed adx smap 3dnowprefetch
        Broadwell-noTSX-IBRS guest Intel 6.61 6.71 6.79 6.86 : @Broadwell-noTSX spec-ctrl
        Broadwell guest Intel 6.61 6.71 6.79 6.86 : @Broadwell-noTSX hle rtm
        Broadwell-IBRS guest Intel 6.61 6.71 6.79 6.86 : @Broadwell spec-ctrl
        Skylake-Client guest Intel 6.94 6.78 6.142 6.158 : @Broadwell f16c rdrand vme arat mpx~ xsaveopt xsavec
            xgetbv1 abm
        Skylake-Client-IBRS guest Intel 6.94 6.78 6.142 6.158 : @Skylake-Client spec-ctrl
        Skylake-Client-noTSX-IBRS named Intel 6.94 6.78 6.142 6.158 : @Skylake-Client-IBRS -hle -rtm
        Skylake-Server guest Intel 6.85/0-4 : @Skylake-Client avx512f avx512dq clwb avx512cd avx512bw avx512vl
            pdpe1gb
        Skylake-Server-IBRS guest Intel 6.85/0-4 : @Skylake-Server spec-ctrl
        Skylake-Server-noTSX-IBRS named Intel 6.85/0-4 : @Skylake-Server-IBRS -hle -rtm
        Cascadelake-Server guest Intel 6.85/5-9 : @Skylake-Server-IBRS clflushopt avx512vnni ssbd
        Cascadelake-Server-noTSX named Intel 6.85/5-9 : @Cascadelake-Server -hle -rtm
        Icelake-Client guest Intel 6.125 6.126 : @Skylake-Client-IBRS intel-pt~ avx512vbmi umip pku avx512vbmi2
            gfni vaes vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq ssbd wbnoinvd
        Icelake-Client-noTSX named Intel 6.125 6.126 : @Icelake-Client -hle -rtm
        Icelake-Server guest Intel 6.106 6.108 : @Icelake-Client avx512f avx512dq clflushopt clwb avx512cd
            avx512bw avx512vl la57 pdpe1gb
        Icelake-Server-noTSX named Intel 6.106 6.108 : @Icelake-Server -hle -rtm
        Cooperlake guest Intel 6.85/10-15 : @Cascadelake-Server pku stibp arch-capabilities avx512-bf16 rdctl-no
            ibrs-all skip-l1dfl-vmentry mds-no pschange-mc-no taa-no -mpx
        KnightsMill guest Intel 6.133 : @Broadwell-noTSX f16c rdrand ss arat avx512f avx512pf avx512er avx512cd
            avx512-vpopcntdq avx512-4vnniw avx512-4fmaps xsaveopt abm pdpe1gb -pcid -invpcid -smap
        Denverton guest Intel 6.95 : @Westmere-IBRS pclmuldq x2apic movbe tsc-deadline xsave rdrand arat
            fsgsbase smep erms mpx! rdseed smap clflushopt sha-ni arch-capabilities ssbd xsaveopt xsavec xgetbv1
            3dnowprefetch pdpe1gb rdtscp rdctl-no skip-l1dfl-vmentry
        Snowridge guest Intel 6.134 : @Denverton vme clwb umip gfni cldemote movdiri movdir64b core-capability
            split-lock-detect -rdctl-no -skip-l1dfl-vmentry
        SapphireRapids guest Intel 6.143 : @Icelake-Server avx512ifma sha-ni rdpid bus-lock-detect fsrm
            serialize tsx-ldtrk amx-bf16 avx512-fp16 amx-tile amx-int8 arch-capabilities avx-vnni avx512-bf16
            fzrm fsrs fsrc xsaves xfd rdctl-no ibrs-all skip-l1dfl-vmentry mds-no pschange-mc-no taa-no -mpx
            -intel-pt
        GraniteRapids guest Intel 6.173 : @SapphireRapids amx-fp16 prefetchiti mcdt-no sbdr-ssdp-no fbsdp-no
            psdp-no pbrsb-no
        SierraForest guest Intel 6.175 : @SapphireRapids cmpccxadd avx-ifma avx-vnni-int8 avx-ne-convert mcdt-no
            sbdr-ssdp-no fbsdp-no psdp-no pbrsb-no -hle -rtm -avx512f -avx512dq -avx512ifma -avx512cd -avx512bw
            -avx512vl -avx512vbmi -avx512vbmi2 -avx512vnni -avx512bitalg -avx512-vpopcntdq -la57 -tsx-ldtrk
            -amx-bf16 -avx512-fp16 -amx-tile -amx-int8 -avx512-bf16 -fzrm -fsrc -xfd -taa-no
        """
}
