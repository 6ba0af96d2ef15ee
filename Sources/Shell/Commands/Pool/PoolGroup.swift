extension CommandGroup {
    static let pools = CommandGroup(
        keyword: "pool", title: "Storage Pool",
        commands: [
            .poolAutostart, .poolDestroy, .poolDumpxml, .poolEvent, .poolInfo, .poolList, .poolName,
            .poolRefresh,
            .poolStart,
            .poolUndefine, .poolUUID,
        ])
}
