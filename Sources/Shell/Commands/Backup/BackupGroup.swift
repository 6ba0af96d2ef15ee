extension CommandGroup {
    static let backups = CommandGroup(
        keyword: "backup", title: "Backup", commands: [.backupBegin, .backupDumpxml])
}
