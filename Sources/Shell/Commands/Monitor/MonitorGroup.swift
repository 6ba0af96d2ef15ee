extension CommandGroup {
    static let monitoring = CommandGroup(
        keyword: "monitor", title: "Domain Monitoring",
        commands: [
            .address, .domblkerror, .domblkinfo, .domblklist, .domblkstat, .domcontrol, .domifGetlink,
            .domifaddr,
            .domiflist,
            .domifstat, .dominfo, .dommemstat, .domstate, .domstats, .domtime, .list,
        ])
}
