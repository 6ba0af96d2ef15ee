extension CommandGroup {
    static let nodeDevices = CommandGroup(
        keyword: "nodedev", title: "Node Device", commands: [.nodedevEvent])
}
