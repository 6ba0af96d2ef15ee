extension CommandGroup {
    static let networks = CommandGroup(
        keyword: "network", title: "Networking",
        commands: [
            .netAutostart, .netCreate, .netDefine, .netDesc, .netDestroy, .netDHCPLeases, .netDumpxml,
            .netEdit, .netEvent, .netInfo, .netList, .netMetadata, .netName, .netStart, .netUndefine,
            .netUpdate,
            .netUUID, .netPortList, .netPortCreate, .netPortDumpxml, .netPortDelete, .netLAN,
        ])
}
