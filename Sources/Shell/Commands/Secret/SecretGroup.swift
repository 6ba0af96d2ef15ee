extension CommandGroup {
    static let secrets = CommandGroup(
        keyword: "secret", title: "Secret",
        commands: [
            .secretDefine, .secretDumpxml, .secretEvent, .secretGetValue, .secretList, .secretSetValue,
            .secretUndefine,
        ])
}
