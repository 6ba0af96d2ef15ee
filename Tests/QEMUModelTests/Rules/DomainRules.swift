extension DomainRuleTests {
    private static let place = "is not supported for architecture"

    static let refusals: [Rule] = features + clocks + threads + memory + others

    private static let features: [Rule] = [
        Rule(
            .ccw, "<features><hyperv/></features>",
            "unsupported configuration: Hyperv features are not supported for architecture 's390x' or machine type 's390-ccw-virtio-10.0'"
        ),
        Rule(
            .virt, "<features><apic eoi='on'/></features>",
            "unsupported configuration: The 'eoi' attribute of the 'apic' feature \(place) 'aarch64' or machine type 'virt-10.0'"
        ),
        Rule(
            .pseries, "<features><pvspinlock/></features>",
            "unsupported configuration: The 'pvspinlock' feature \(place) 'ppc64' or machine type 'pseries-10.0'"
        ),
        Rule(
            .pc, "<features><htm state='on'/></features>",
            "unsupported configuration: The 'htm' feature \(place) 'x86_64' or machine type 'pc-i440fx-10.0'"
        ),
        Rule(
            .pc, "<features><ioapic driver='x'/></features>",
            "XML error: Invalid value for attribute 'driver' in element 'ioapic': 'x'."),
        Rule(
            .virt, "<features><ioapic driver='qemu'/></features>",
            "unsupported configuration: The 'ioapic' feature \(place) 'aarch64' or machine type 'virt-10.0'"),
        Rule(
            .pseries, "<features><pmu state='off'/></features>",
            "unsupported configuration: PMU is always enabled for architecture 'ppc64'"),
        Rule(
            .virt, "<features><vmport state='on'/></features>",
            "unsupported configuration: vmport is not available with this QEMU binary"),
        Rule(
            .pc, "<features><smm><tseg unit='MiB'>16</tseg></smm></features>",
            "unsupported configuration: SMM TSEG is only supported with q35 machine type"),
        Rule(
            .pc, "<features><tcg><tb-cache unit='MiB'>1</tb-cache></tcg></features>",
            "unsupported configuration: TCG features are incompatible with domain type 'kvm'"),
        Rule(
            .ccw, "<features><tcg><tb-cache unit='KiB'>100</tb-cache></tcg></features>",
            "unsupported configuration: tb-cache size must be an integer multiple of MiB"),
    ]

    private static func timer(_ text: String) -> String { "<clock offset='utc'><timer \(text)/></clock>" }

    private static let clocks: [Rule] = [
        Rule(
            .pc, timer("name='platform'"),
            "unsupported configuration: unsupported timer type (name) 'platform'"),
        Rule(
            .pc, timer("name='pit' track='wall'"),
            "unsupported configuration: timer pit doesn't support setting of timer track"),
        Rule(
            .pc, timer("name='kvmclock' tickpolicy='delay'"),
            "unsupported configuration: timer kvmclock doesn't support setting of timer tickpolicy"),
        Rule(
            .pc, timer("name='rtc' tickpolicy='discard'"),
            "unsupported configuration: unsupported rtc timer tickpolicy 'discard'"),
        Rule(
            .virt, timer("name='pit' tickpolicy='catchup'"),
            "unsupported configuration: unsupported pit tickpolicy 'catchup'"),
        Rule(
            .virt, timer("name='hpet' present='yes'"),
            "unsupported configuration: hpet timer is not supported by this architecture"),
    ]

    private static let threads: [Rule] = [
        Rule(.pc, "<vcpu current='0'>4</vcpu>", "unsupported configuration: vcpu 0 can't be offline"),
        Rule(
            .pc, "<vcpus><vcpu id='9' enabled='yes'/></vcpus>",
            "XML error: vcpu id '9' is out of range of maximum vcpu count"),
        Rule(
            .pc, "<vcpus><vcpu id='0' enabled='yes' hotpluggable='yes'/></vcpus>",
            "unsupported configuration: vcpu0 can't be hotpluggable"),
        Rule(
            .pc, "<cpu><topology sockets='1' cores='2' threads='1'/></cpu>",
            "unsupported configuration: CPU topology doesn't match maximum vcpu count"),
        Rule(
            .q35, "<vcpu>256</vcpu>",
            "unsupported configuration: more than 255 vCPUs require extended interrupt mode enabled on the iommu device"
        ),
        Rule(
            .pc, "<iothreadids><iothread id='1' thread_pool_min='8' thread_pool_max='4'/></iothreadids>",
            "unsupported configuration: thread_pool_min must be smaller or equal to thread_pool_max"),
        Rule(
            .pc, "<cputune><iothreadpin iothread='3' cpuset='0'/></cputune>",
            "unsupported configuration: Cannot find 'iothread' : 3"),
        Rule(
            .pc, "<cputune><vcpusched vcpus='9' scheduler='idle'/></cputune>",
            "unsupported configuration: vCPU '9' is not present in domain definition"),
        Rule(
            .ccw, "<cpu><cache level='3' mode='emulate'/></cpu>",
            "unsupported configuration: CPU cache specification is not supported for 's390x' architecture"),
        Rule(
            .virt, "<cpu mode='host-passthrough'/>",
            "unsupported configuration: CPU mode 'host-passthrough' for aarch64 qemu domain on x86_64 host is not supported by hypervisor"
        ),
    ]

    private static let memory: [Rule] = [
        Rule(
            .pc, "<maxMemory slots='4'>2097152</maxMemory>",
            "unsupported configuration: At least one numa node has to be configured when enabling memory hotplug"
        ),
        Rule(
            .pc,
            "<memoryBacking><hugepages><page size='2' unit='MiB'/><page size='1' unit='GiB'/></hugepages></memoryBacking>",
            "two master hugepages detected: 1048576 and 2048"),
        Rule(
            .pc, "<memoryBacking><hugepages/><source type='anonymous'/></memoryBacking>",
            "unsupported configuration: hugepages are not allowed with anonymous memory source"),
        Rule(
            .pc,
            "<numatune><memory mode='strict' placement='auto'/><memnode cellid='0' nodeset='0'/></numatune>",
            "unsupported configuration: Per-node binding is not compatible with automatic NUMA placement."),
        Rule(
            .pc, "<numatune><memnode cellid='5' nodeset='0'/></numatune>" + twoCells,
            "XML error: Argument 'cellid' in memnode element must correspond to existing guest's NUMA cell"),
        Rule(
            .pc, "<cpu><numa><cell cpus='0-7' memory='1048576'/></numa></cpu>",
            "internal error: Number of CPUs in <numa> exceeds the <vcpu> count"),
        Rule(
            .pc, "<memtune><min_guarantee>4</min_guarantee></memtune>",
            "unsupported configuration: Parameter 'min_guarantee' not supported by QEMU."),
    ]

    static let twoCells =
        "<cpu><numa><cell id='0' cpus='0-1' memory='524288'/><cell id='1' cpus='2-3' memory='524288'/></numa></cpu>"

    private static let others: [Rule] = [
        Rule(
            .pc, "<on_reboot>preserve</on_reboot>",
            "unsupported configuration: qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'"
        ),
        Rule(
            .pc, "<on_poweroff>restart</on_poweroff><on_reboot>destroy</on_reboot>",
            "unsupported configuration: qemu driver doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to 'reboot'"
        ),
        Rule(
            .ccw, "<pm><suspend-to-mem enabled='yes'/></pm>",
            "unsupported configuration: setting ACPI S3/S4 not supported"),
        Rule(
            .pc, "<sysinfo type='fwcfg'><entry name='opt/ovmf/x'>y</entry></sysinfo>",
            "unsupported configuration: That firmware name is reserved"),
        Rule(
            .virt, "<os><bios useserial='yes'/></os>",
            "unsupported configuration: BIOS serial console only supported on x86 architectures"),
        Rule(
            .pc, "<os><loader readonly='yes'/></os>",
            "no loader path specified and firmware auto selection disabled"),
        Rule(
            .q35, "<launchSecurity type='sev'><policy>0x1</policy></launchSecurity>",
            "unsupported configuration: 'sev' launch security is not supported with this QEMU binary"),
    ]
}
