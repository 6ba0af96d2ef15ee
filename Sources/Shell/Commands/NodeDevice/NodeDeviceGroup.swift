extension CommandGroup {
    static let nodeDevices = CommandGroup(
        keyword: "nodedev", title: "Node Device",
        commands: [
            .nodedevAutostart, .nodedevCreate, .nodedevDefine, .nodedevDestroy, .nodedevDetach,
            .nodedevDumpxml, .nodedevEvent, .nodedevInfo, .nodedevList, .nodedevReattach, .nodedevReset,
            .nodedevStart, .nodedevUndefine, .nodedevUpdate,
        ])
}
