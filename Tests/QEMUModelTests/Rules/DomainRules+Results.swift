extension DomainRuleTests {
    private static let cache =
        "<cache level='1' associativity='direct' policy='writeback'><size value='10' unit='KiB'/><line value='8' unit='B'/></cache>"
    private static let interconnects =
        "<interconnects><latency initiator='1' target='2' type='access' value='5'/>"
        + "<bandwidth initiator='0' target='2' cache='1' type='read' value='100' unit='MiB'/></interconnects>"
    private static let threeCells =
        "<cpu><numa><cell id='0' cpus='0-1' memory='262144'/><cell id='1' cpus='2-3' memory='262144'/>"
        + "<cell id='2' memory='524288'>\(cache)</cell>\(interconnects)</numa></cpu>"

    static let lines: [Rule] = [
        Rule(.pc, threeCells, "hmat=on"),
        Rule(.pc, threeCells, "-numa node,nodeid=2,initiator=1,memdev=ram-node2"),
        Rule(
            .pc, threeCells,
            "-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-latency,latency=5"),
        Rule(
            .pc, threeCells,
            "-numa hmat-lb,initiator=0,target=2,hierarchy=first-level,data-type=read-bandwidth,bandwidth=102400K"
        ),
        Rule(
            .pc, threeCells,
            "-numa hmat-cache,node-id=2,size=10K,level=1,associativity=direct,policy=write-back,line=8"),
        Rule(
            .pc,
            "<cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
            "-numa node,nodeid=0,cpus=0,cpus=2-3,memdev=ram-node0"),
        Rule(
            .pc, "<clock offset='utc'><timer name='rtc' track='realtime'/></clock>", "-rtc base=utc,clock=rt"),
        Rule(.pc, "<clock offset='utc'><timer name='pit'/></clock>", "kvm-pit.lost_tick_policy=delay"),
        Rule(
            .pc, "<memoryBacking><allocation threads='4'/></memoryBacking>", "\"prealloc-threads\":4"),
        Rule(
            .pseries,
            "<maxMemory slots='1' unit='KiB'>4000001</maxMemory>", "maxmem=4194304k"),
        Rule(.pc, "<cpu mode='maximum'/>", "-cpu max "),
    ]

    static let documents: [Rule] = [
        Rule(
            .pc, "<clock offset='localtime' adjustment='4'/>",
            "<clock offset='variable' adjustment='4' basis='localtime'/>"),
        Rule(
            .pc, "<vcpu placement='auto'>4</vcpu>", "<memory mode='strict' placement='auto'/>"),
        Rule(
            .pc, "<vcpus><vcpu id='0' enabled='yes' hotpluggable='no' order='1'/></vcpus>",
            "<vcpu placement='static' current='1'>4</vcpu><vcpus>"
                + "<vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>"
                + "<vcpu id='1' enabled='no' hotpluggable='yes'/><vcpu id='2' enabled='no' hotpluggable='yes'/>"
                + "<vcpu id='3' enabled='no' hotpluggable='yes'/></vcpus>"),
        Rule(
            .pc,
            "<cpu><numa><cell id='0' cpus='0-1' memory='1'><distances><sibling id='1' value='21'/></distances></cell>"
                + "<cell id='1' cpus='2-3' memory='1'/></numa></cpu>",
            "<cell id='1' cpus='2-3' memory='1' unit='KiB'><distances><sibling id='0' value='21'/><sibling id='1' value='10'/></distances></cell>"
        ),
        Rule(
            .pc, "<features><hyperv><spinlocks state='off' retries='1'/></hyperv></features>",
            "<spinlocks state='off'/>"),
        Rule(
            .pc,
            "<cputune><cachetune vcpus='0-9'><cache id='0' level='3' type='both' size='3'/></cachetune></cputune>",
            "<cachetune vcpus='0-3'><cache id='0' level='3' type='both' size='3' unit='KiB'/></cachetune>"),
        Rule(.pc, "<os><bootmenu enable='no' timeout='3000'/></os>", "<bootmenu enable='no'/>"),
        Rule(
            .pc,
            "<sysinfo type='smbios'><system><entry name='sku'>S</entry><entry name='product'>P</entry></system></sysinfo>",
            "<system><entry name='product'>P</entry><entry name='sku'>S</entry></system>"),
        Rule(
            .pc,
            "<memoryBacking><hugepages><page size='2' unit='MiB' nodeset='0'/></hugepages></memoryBacking>",
            "<page size='2048' unit='KiB'/>"),
    ]
}
