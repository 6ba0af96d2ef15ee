extension CommandGroup {
    static let volumes = CommandGroup(
        keyword: "volume", title: "Storage Volume",
        commands: [
            .volClone, .volCreateAs, .volCreate, .volCreateFrom, .volDelete, .volDownload, .volDumpxml,
            .volInfo, .volKey, .volList, .volName, .volPath, .volPool, .volResize, .volTree, .volUpload,
            .volWipe,
        ])
}
