extension CommandGroup {
    static let checkpoints = CommandGroup(
        keyword: "checkpoint", title: "Checkpoint",
        commands: [
            .checkpointCreate, .checkpointCreateAs, .checkpointDelete, .checkpointDumpxml, .checkpointEdit,
            .checkpointInfo, .checkpointList, .checkpointParent,
        ])
}
