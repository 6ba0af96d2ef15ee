extension CommandGroup {
    static let monitoring = CommandGroup(
        keyword: "monitor", title: "Domain Monitoring",
        commands: [
            .domblkerror, .domblkinfo, .domblklist, .domblkstat, .domcontrol, .domifGetlink, .domifaddr,
            .domiflist, .domifstat, .dominfo, .dommemstat, .domstate, .domstats, .domtime, .list, .address,
        ])
}
