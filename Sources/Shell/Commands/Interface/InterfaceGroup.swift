extension CommandGroup {
    static let interfaces = CommandGroup(
        keyword: "interface", title: "Interface",
        commands: [
            .ifaceBegin, .ifaceBridge, .ifaceCommit, .ifaceDefine, .ifaceDestroy, .ifaceDumpxml, .ifaceEdit,
            .ifaceList, .ifaceMAC, .ifaceName, .ifaceRollback, .ifaceStart, .ifaceUnbridge, .ifaceUndefine,
        ])
}
