extension CommandGroup {
    static let filters = CommandGroup(
        keyword: "filter", title: "Network Filter",
        commands: [
            .filterDefine, .filterDumpxml, .filterEdit, .filterList, .filterUndefine, .filterBindingCreate,
            .filterBindingDelete, .filterBindingDumpxml, .filterBindingList,
        ])
}
