extension X86Model {
    /// Those of Intel, and those that stand for no maker's.
    static let intel: [X86Model] = [
        X86Model(
            "486", nil, (4, 8, 0),
            """
            fpu vme pse
            """),
        X86Model(
            "pentium", nil, (5, 4, 3),
            """
            fpu vme de pse tsc msr mce cx8 apic mmx
            """),
        X86Model(
            "pentium2", nil, (6, 5, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 mmx fxsr
            """),
        X86Model(
            "pentium3", nil, (6, 7, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 mmx fxsr sse
            """),
        X86Model(
            "coreduo", "Intel", (6, 14, 8),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat clflush acpi mmx fxsr sse sse2 ss
            pni nx
            """),
        X86Model(
            "n270", "Intel", (6, 28, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat clflush acpi mmx fxsr sse sse2 ss
            pni ssse3 movbe nx lahf_lm
            """),
        X86Model(
            "core2duo", "Intel", (6, 15, 11),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush acpi mmx fxsr sse
            sse2 ss pni ssse3 cx16 syscall nx lm lahf_lm
            """),
        X86Model(
            "qemu32", nil, (6, 6, 3),
            """
            fpu de pse tsc msr pae mce cx8 apic sep pge cmov pat mmx fxsr sse sse2 pni
            """),
        X86Model(
            "kvm32", nil, (15, 6, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni
            """),
        X86Model(
            "qemu64", nil, (15, 107, 1),
            """
            fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni
            cx16 syscall nx lm svm
            """),
        X86Model(
            "kvm64", nil, (15, 6, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni cx16 syscall nx lm
            """),
        X86Model(
            "Conroe", "Intel", (6, 15, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni ssse3 syscall nx lm lahf_lm
            """),
        X86Model(
            "Penryn", "Intel", (6, 23, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni ssse3 cx16 sse4.1 syscall nx lm lahf_lm
            """),
        X86Model(
            "Nehalem", "Intel", (6, 26, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni ssse3 cx16 sse4.1 sse4.2 popcnt syscall nx lm lahf_lm
            """),
        X86Model(
            "Nehalem-IBRS", "Intel", (6, 26, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni ssse3 cx16 sse4.1 sse4.2 popcnt spec-ctrl syscall nx lm lahf_lm
            """),
        X86Model(
            "Westmere", "Intel", (6, 44, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 popcnt aes arat syscall nx lm lahf_lm
            """),
        X86Model(
            "Westmere-IBRS", "Intel", (6, 44, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 popcnt aes arat spec-ctrl syscall nx lm lahf_lm
            """),
        X86Model(
            "SandyBridge", "Intel", (6, 42, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx arat xsaveopt syscall
            nx rdtscp lm lahf_lm
            """),
        X86Model(
            "SandyBridge-IBRS", "Intel", (6, 42, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx arat spec-ctrl
            xsaveopt syscall nx rdtscp lm lahf_lm
            """),
        X86Model(
            "IvyBridge", "Intel", (6, 58, 9),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx f16c rdrand arat
            fsgsbase smep erms xsaveopt syscall nx rdtscp lm lahf_lm
            """),
        X86Model(
            "IvyBridge-IBRS", "Intel", (6, 58, 9),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx f16c rdrand arat
            fsgsbase smep erms spec-ctrl xsaveopt syscall nx rdtscp lm lahf_lm
            """),
        X86Model(
            "Haswell-noTSX", "Intel", (6, 60, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid xsaveopt syscall nx rdtscp lm lahf_lm abm
            """),
        X86Model(
            "Haswell-noTSX-IBRS", "Intel", (6, 60, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid spec-ctrl xsaveopt syscall nx rdtscp lm
            lahf_lm abm
            """),
        X86Model(
            "Haswell", "Intel", (6, 60, 4),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm xsaveopt syscall nx rdtscp lm lahf_lm
            abm
            """),
        X86Model(
            "Haswell-IBRS", "Intel", (6, 60, 4),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm spec-ctrl xsaveopt syscall nx rdtscp
            lm lahf_lm abm
            """),
        X86Model(
            "Broadwell-noTSX", "Intel", (6, 61, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap xsaveopt syscall nx rdtscp lm
            lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Broadwell-noTSX-IBRS", "Intel", (6, 61, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap spec-ctrl xsaveopt syscall nx
            rdtscp lm lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Broadwell", "Intel", (6, 61, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap xsaveopt syscall nx
            rdtscp lm lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Broadwell-IBRS", "Intel", (6, 61, 2),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap spec-ctrl xsaveopt
            syscall nx rdtscp lm lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Skylake-Client", "Intel", (6, 94, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap xsaveopt xsavec
            xgetbv1 syscall nx rdtscp lm lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Skylake-Client-IBRS", "Intel", (6, 94, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap spec-ctrl xsaveopt
            xsavec xgetbv1 syscall nx rdtscp lm lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Skylake-Client-noTSX-IBRS", "Intel", (6, 94, 3),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap spec-ctrl xsaveopt xsavec
            xgetbv1 syscall nx rdtscp lm lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Skylake-Server", "Intel", (6, 85, 4),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap
            clflushopt clwb avx512cd avx512bw avx512vl pku xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm
            lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Skylake-Server-IBRS", "Intel", (6, 85, 4),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap clwb
            avx512cd avx512bw avx512vl pku spec-ctrl xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm
            lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Skylake-Server-noTSX-IBRS", "Intel", (6, 85, 4),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap clwb avx512cd
            avx512bw avx512vl pku spec-ctrl xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm
            3dnowprefetch
            """),
        X86Model(
            "Cascadelake-Server", "Intel", (6, 85, 6),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap
            clflushopt clwb avx512cd avx512bw avx512vl pku avx512vnni spec-ctrl ssbd xsaveopt xsavec xgetbv1
            syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch
            """),
        X86Model(
            "Cascadelake-Server-noTSX", "Intel", (6, 85, 6),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap clflushopt
            clwb avx512cd avx512bw avx512vl pku avx512vnni spec-ctrl arch-capabilities ssbd xsaveopt xsavec
            xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch rdctl-no ibrs-all skip-l1dfl-vmentry
            mds-no
            """),
        X86Model(
            "Icelake-Server", "Intel", (6, 134, 0),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap
            clflushopt clwb avx512cd avx512bw avx512vl avx512vbmi umip pku avx512vbmi2 gfni vaes vpclmulqdq
            avx512vnni avx512bitalg avx512-vpopcntdq la57 spec-ctrl ssbd xsaveopt xsavec xgetbv1 syscall nx
            pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch wbnoinvd
            """),
        X86Model(
            "Icelake-Server-noTSX", "Intel", (6, 134, 0),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap clflushopt
            clwb avx512cd avx512bw avx512vl avx512vbmi umip pku avx512vbmi2 gfni vaes vpclmulqdq avx512vnni
            avx512bitalg avx512-vpopcntdq la57 spec-ctrl ssbd xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp
            lm lahf_lm abm 3dnowprefetch wbnoinvd
            """),
        X86Model(
            "Cooperlake", "Intel", (6, 85, 10),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c
            rdrand arat fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap
            clflushopt clwb avx512cd avx512bw avx512vl pku avx512vnni spec-ctrl stibp arch-capabilities ssbd
            avx512-bf16 xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch rdctl-no
            ibrs-all skip-l1dfl-vmentry mds-no pschange-mc-no taa-no
            """),
        X86Model(
            "Denverton", "Intel", (6, 95, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave rdrand arat
            fsgsbase smep erms mpx rdseed smap clflushopt sha-ni spec-ctrl arch-capabilities ssbd xsaveopt
            xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm 3dnowprefetch rdctl-no skip-l1dfl-vmentry
            """),
        X86Model(
            "Snowridge", "Intel", (6, 134, 1),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2
            pni pclmuldq ssse3 cx16 sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave rdrand arat
            fsgsbase smep erms mpx rdseed smap clflushopt clwb sha-ni umip gfni cldemote movdiri movdir64b
            spec-ctrl arch-capabilities core-capability ssbd xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp
            lm lahf_lm 3dnowprefetch split-lock-detect
            """),
        X86Model(
            "KnightsMill", "Intel", (6, 133, 0),
            """
            fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss
            pni pclmuldq ssse3 fma cx16 sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand
            arat fsgsbase bmi1 avx2 smep bmi2 erms avx512f rdseed adx avx512pf avx512er avx512cd
            avx512-vpopcntdq avx512-4vnniw avx512-4fmaps xsaveopt syscall nx pdpe1gb rdtscp lm lahf_lm abm
            3dnowprefetch
            """),
    ]
}
