extension X86Model {
    /// Those that are older than makers' series of them, and those that are made up.
    static let plain = """
        486 guest - - : fpu vme pse
        pentium guest - - : fpu vme de pse tsc msr mce cx8 mmx
        pentium2 guest - - : @pentium pae sep mtrr pge mca cmov pat pse36 fxsr
        pentium3 guest - - : @pentium2 sse
        pentiumpro guest - - : @pentium3 apic sse2 -vme -mtrr -mca -pse36
        coreduo guest Intel 6.14 : @pentium3 pni monitor apic clflush sse2 nx -pse36
        n270 guest Intel 6.28 : @coreduo ssse3
        core2duo guest Intel 6.15 : @n270 pse36 syscall lm
        qemu32 guest - - : @pentiumpro pni
        kvm32 guest - - : @qemu32 mtrr mca pse36 clflush
        cpu64-rhel5 named - - : @kvm32 syscall nx lm
        cpu64-rhel6 named - - : @cpu64-rhel5 cx16 lahf_lm
        qemu64 guest - - : @cpu64-rhel6 svm -lahf_lm
        kvm64 guest - - : @qemu64 -svm
        """
}
