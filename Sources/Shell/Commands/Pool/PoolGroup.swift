extension CommandGroup {
    static let pools = CommandGroup(
        keyword: "pool", title: "Storage Pool",
        commands: [
            .findStoragePoolSourcesAs, .findStoragePoolSources, .poolAutostart, .poolBuild, .poolCreateAs,
            .poolCreate, .poolDefineAs, .poolDefine, .poolDelete, .poolDestroy, .poolDumpxml, .poolEdit,
            .poolInfo, .poolList, .poolName, .poolRefresh, .poolStart, .poolUndefine, .poolUUID, .poolEvent,
            .poolCapabilities,
        ])
}
