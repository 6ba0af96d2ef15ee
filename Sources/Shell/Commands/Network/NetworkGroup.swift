extension CommandGroup {
    static let networks = CommandGroup(
        keyword: "network", title: "Networking",
        commands: [
            .netAutostart, .netCreate, .netDefine, .netDesc, .netDestroy, .netDHCPLeases, .netDumpxml,
            .netEdit,
            .netEvent, .netInfo, .netLAN, .netList, .netMetadata, .netName, .netPortCreate, .netPortDelete,
            .netPortDumpxml, .netPortList, .netStart, .netUndefine, .netUpdate,
            .netUUID,
        ])
}
