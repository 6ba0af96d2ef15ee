extension CommandGroup {
    static let networks = CommandGroup(
        keyword: "network", title: "Networking",
        commands: [
            .netAutostart, .netCreate, .netDefine, .netDestroy, .netDumpxml, .netEvent, .netInfo, .netList,
            .netName,
            .netStart,
            .netUndefine, .netUUID,
        ])
}
