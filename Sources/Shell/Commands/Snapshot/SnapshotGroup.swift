extension CommandGroup {
    static let snapshots = CommandGroup(
        keyword: "snapshot", title: "Snapshot",
        commands: [
            .snapshotCreate, .snapshotCreateAs, .snapshotCurrent, .snapshotDelete, .snapshotDumpxml,
            .snapshotEdit, .snapshotInfo, .snapshotList, .snapshotParent, .snapshotRevert,
        ])
}
