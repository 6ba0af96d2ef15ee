extension CommandGroup {
    static let host = CommandGroup(
        keyword: "host", title: "Host and Hypervisor",
        commands: [
            .allocpages, .capabilities, .cpuBaseline, .cpuCompare, .cpuModels, .domcapabilities, .freecell,
            .freepages, .hostname, .hypervisorCPUBaseline, .hypervisorCPUCompare, .hypervisorCPUModels,
            .maxvcpus,
            .nodeMemoryTune, .nodecpumap, .nodecpustats, .nodeinfo, .nodememstats, .nodesevinfo,
            .nodesuspend, .status, .sysinfo, .uri, .version,
        ])
}
