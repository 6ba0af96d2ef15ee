extension X86FeatureWord {
    /// What model specific registers say: of cores, of what speculation may do, and of nested guests (VMX).
    static let registerWords: [X86FeatureWord] = [
        msr(0xCF, .eax, "- - - - - split-lock-detect"),
        msr(
            0x10A, .eax,
            """
            rdctl-no ibrs-all rsba skip-l1dfl-vmentry ssb-no mds-no pschange-mc-no tsx-ctrl taa-no - - - -
            sbdr-ssdp-no fbsdp-no psdp-no - fb-clear - rrsba bhi-no - - - pbrsb-no - gds-no rfds-no rfds-clear
            """),
        msr(0x480, .edx, "- - - - - - - - - - - - - - - - - - - - - - vmx-ins-outs vmx-true-ctls"),
        msr(
            0x485, .eax,
            """
            - - - - - vmx-store-lma vmx-activity-hlt vmx-activity-shutdown vmx-activity-wait-sipi - - - - - - - -
            - - - - - - - - - - - - vmx-vmwrite-vmexit-fields vmx-zero-len-inject
            """),
        msr(
            0x48B, .eax,
            """
            vmx-apicv-xapic vmx-ept vmx-desc-exit vmx-rdtscp-exit vmx-apicv-x2apic vmx-vpid vmx-wbinvd-exit
            vmx-unrestricted-guest vmx-apicv-register vmx-apicv-vid vmx-ple vmx-rdrand-exit vmx-invpcid-exit
            vmx-vmfunc vmx-shadow-vmcs vmx-encls-exit vmx-rdseed-exit vmx-pml - - vmx-xsaves - - - -
            vmx-tsc-scaling vmx-enable-user-wait-pause
            """),
        msr(
            0x48C, .eax,
            """
            vmx-ept-execonly - - - - - vmx-page-walk-4 vmx-page-walk-5 - - - - - - - - vmx-ept-2mb vmx-ept-1gb -
            - vmx-invept vmx-eptad vmx-ept-advanced-exitinfo - - vmx-invept-single-context
            vmx-invept-all-context
            """),
        msr(
            0x48C, .edx,
            """
            vmx-invvpid - - - - - - - vmx-invvpid-single-addr - vmx-invvpid-all-context
            vmx-invvpid-single-context-noglobals
            """),
        msr(
            0x48D, .eax, "vmx-intr-exit - - vmx-nmi-exit - vmx-vnmi vmx-preemption-timer vmx-posted-intr"),
        msr(
            0x48E, .eax,
            """
            - - vmx-vintr-pending vmx-tsc-offset - - - vmx-hlt-exit - vmx-invlpg-exit vmx-mwait-exit
            vmx-rdpmc-exit vmx-rdtsc-exit - - vmx-cr3-load-noexit vmx-cr3-store-noexit - - vmx-cr8-load-exit
            vmx-cr8-store-exit vmx-flexpriority vmx-vnmi-pending vmx-movdr-exit vmx-io-exit vmx-io-bitmap -
            vmx-mtf vmx-msr-bitmap vmx-monitor-exit vmx-pause-exit vmx-secondary-ctls
            """),
        msr(
            0x48F, .eax,
            """
            - - vmx-exit-nosave-debugctl - - - - - - - - - vmx-exit-load-perf-global-ctrl - - vmx-exit-ack-intr -
            - vmx-exit-save-pat vmx-exit-load-pat vmx-exit-save-efer vmx-exit-load-efer
            vmx-exit-save-preemption-timer vmx-exit-clear-bndcfgs vmx-exit-clear-rtit-ctl - - - -
            vmx-exit-load-pkrs
            """),
        msr(
            0x490, .eax,
            """
            - - vmx-entry-noload-debugctl - - - - - - vmx-entry-ia32e-mode - - - vmx-entry-load-perf-global-ctrl
            vmx-entry-load-pat vmx-entry-load-efer vmx-entry-load-bndcfgs - vmx-entry-load-rtit-ctl - - -
            vmx-entry-load-pkrs
            """),
        msr(0x491, .eax, "vmx-eptp-switching"),
    ]

    private static func msr(_ index: UInt32, _ register: X86Register, _ names: String) -> X86FeatureWord {
        X86FeatureWord(source: .msr(index, register), names: split(names))
    }
}
