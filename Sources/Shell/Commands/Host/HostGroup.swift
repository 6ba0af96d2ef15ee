extension CommandGroup {
    static let host = CommandGroup(
        keyword: "host", title: "Host and Hypervisor",
        commands: [
            .capabilities, .cpuBaseline, .cpuCompare, .cpuModels, .domcapabilities, .freecell, .hostname,
            .hypervisorCPUBaseline, .hypervisorCPUCompare, .maxvcpus, .nodecpumap,
            .nodecpustats,
            .nodeinfo, .nodememstats, .sysinfo, .uri, .version,
        ])
}
