extension CommandGroup {
    static let host = CommandGroup(
        keyword: "host", title: "Host and Hypervisor",
        commands: [
            .capabilities, .cpuModels, .domcapabilities, .freecell, .hostname, .maxvcpus, .nodecpumap,
            .nodecpustats,
            .nodeinfo, .nodememstats, .sysinfo, .uri, .version,
        ])
}
