extension CommandGroup {
    static let nodeDevices = CommandGroup(
        keyword: "nodedev", title: "Node Device",
        commands: [
            .nodedevCreate, .nodedevDestroy, .nodedevDetach, .nodedevDumpxml, .nodedevList, .nodedevReattach,
            .nodedevReset, .nodedevEvent, .nodedevDefine, .nodedevUndefine, .nodedevStart, .nodedevAutostart,
            .nodedevInfo,
            .nodedevUpdate,
        ])
}
