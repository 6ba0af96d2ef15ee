extension CommandGroup {
    static let events = CommandGroup(keyword: "events", title: "Domain Events", commands: [.event])
}
