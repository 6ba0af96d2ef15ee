extension X86Model {
    /// The versions of models as QEMU has them: those with a name of their own, then what each later one changes.
    /// Versions that came after QEMU began to tell of VMX carry what they say of it, which no `cpuid` shows: they are
    /// not taken for a host that is known by its `cpuid` alone.
    static let versions = """
        486-v1 : @486
        pentium-v1 : @pentium
        pentium2-v1 : @pentium2
        pentium3-v1 : @pentium3
        coreduo-v1 : @coreduo
        n270-v1 : @n270
        core2duo-v1 : @core2duo
        qemu32-v1 : @qemu32
        kvm32-v1 : @kvm32
        qemu64-v1 : @qemu64
        kvm64-v1 : @kvm64
        Conroe-v1 : @Conroe
        Penryn-v1 : @Penryn
        Nehalem-v1 : @Nehalem
        Nehalem-v2 : @Nehalem-IBRS
        Westmere-v1 : @Westmere
        Westmere-v2 : @Westmere-IBRS
        SandyBridge-v1 : @SandyBridge
        SandyBridge-v2 : @SandyBridge-IBRS
        IvyBridge-v1 : @IvyBridge
        IvyBridge-v2 : @IvyBridge-IBRS
        Haswell-v1 : @Haswell
        Haswell-v2 : @Haswell-noTSX
        Haswell-v3 : @Haswell-IBRS
        Haswell-v4 : @Haswell-noTSX-IBRS
        Broadwell-v1 : @Broadwell
        Broadwell-v2 : @Broadwell-noTSX
        Broadwell-v3 : @Broadwell-IBRS
        Broadwell-v4 : @Broadwell-noTSX-IBRS
        Skylake-Client-v1 : @Skylake-Client
        Skylake-Client-v2 : @Skylake-Client-IBRS
        Skylake-Client-v3 : @Skylake-Client-noTSX-IBRS
        Skylake-Client-v4 : @Skylake-Client-v3 xsaves vmx-xsaves
        Skylake-Server-v1 : @Skylake-Server
        Skylake-Server-v2 : @Skylake-Server-IBRS
        Skylake-Server-v3 : @Skylake-Server-noTSX-IBRS
        Skylake-Server-v4 : @Skylake-Server-v3 vmx-eptp-switching
        Skylake-Server-v5 : @Skylake-Server-v4 xsaves vmx-xsaves
        Cascadelake-Server-v1 : @Cascadelake-Server
        Cascadelake-Server-v2 : @Cascadelake-Server-v1 pku arch-capabilities rdctl-no ibrs-all
            skip-l1dfl-vmentry mds-no vmx-ept
        Cascadelake-Server-v3 : @Cascadelake-Server-noTSX
        Cascadelake-Server-v4 : @Cascadelake-Server-v2 vmx-eptp-switching -hle -rtm
        Cascadelake-Server-v5 : @Cascadelake-Server-v4 xsaves vmx-xsaves
        Icelake-Server-v1 : @Icelake-Server
        Icelake-Server-v2 : @Icelake-Server-noTSX
        Icelake-Server-v3 : @Icelake-Server-v2 arch-capabilities rdctl-no ibrs-all skip-l1dfl-vmentry mds-no
            pschange-mc-no taa-no vmx-ept
        Icelake-Server-v4 : @Icelake-Server-v3 avx512ifma sha-ni rdpid fsrm vmx-rdseed-exit vmx-pml
            vmx-eptp-switching
        Icelake-Server-v5 : @Icelake-Server-v4 xsaves vmx-xsaves
        Icelake-Server-v6 : @Icelake-Server-v5 vmx-page-walk-5
        Icelake-Server-v7 : @Icelake-Server-v6 hle rtm
        Cooperlake-v1 : @Cooperlake
        Cooperlake-v2 : @Cooperlake-v1 xsaves vmx-xsaves
        KnightsMill-v1 : @KnightsMill
        Denverton-v1 : @Denverton
        Denverton-v2 : @Denverton-v1 -mpx
        Denverton-v3 : @Denverton-v2 xsaves vmx-xsaves
        Snowridge-v1 : @Snowridge
        Snowridge-v2 : @Snowridge-v1 -mpx
        Snowridge-v3 : @Snowridge-v2 xsaves vmx-xsaves
        Snowridge-v4 : @Snowridge-v3 -core-capability -split-lock-detect
        SapphireRapids-v1 : @SapphireRapids
        SapphireRapids-v2 : @SapphireRapids-v1 sbdr-ssdp-no fbsdp-no psdp-no
        SapphireRapids-v3 : @SapphireRapids-v2 ss tsc_adjust cldemote movdiri movdir64b
        GraniteRapids-v1 : @GraniteRapids
        GraniteRapids-v2 : @GraniteRapids-v1 ss tsc_adjust cldemote movdiri movdir64b avx10
        SierraForest-v1 : @SierraForest
        athlon-v1 : @athlon
        phenom-v1 : @phenom
        Opteron_G1-v1 : @Opteron_G1
        Opteron_G2-v1 : @Opteron_G2
        Opteron_G3-v1 : @Opteron_G3
        Opteron_G4-v1 : @Opteron_G4
        Opteron_G5-v1 : @Opteron_G5
        EPYC-v1 : @EPYC
        EPYC-v2 : @EPYC-IBPB
        EPYC-v3 : @EPYC-v2 xsaves perfctr_core clzero xsaveerptr npt nrip-save
        EPYC-v4 : @EPYC-v3
        EPYC-Rome-v1 : @EPYC-Rome
        EPYC-Rome-v2 : @EPYC-Rome-v1 xsaves ibrs amd-ssbd
        EPYC-Rome-v3 : @EPYC-Rome-v2
        EPYC-Rome-v4 : @EPYC-Rome-v3 -xsaves
        EPYC-Milan-v1 : @EPYC-Milan
        EPYC-Milan-v2 : @EPYC-Milan-v1 vaes vpclmulqdq stibp-always-on amd-psfd no-nested-data-bp
            lfence-always-serializing null-sel-clr-base
        EPYC-Genoa-v1 : @EPYC-Genoa
        Dhyana-v1 : @Dhyana
        Dhyana-v2 : @Dhyana-v1 xsaves npt nrip-save
        """
}
