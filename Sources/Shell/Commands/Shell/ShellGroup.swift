extension CommandGroup {
    static let shell = CommandGroup(
        keyword: "roost", title: "Roost itself",
        commands: [.admin, .cd, .echo, .exit, .help, .pwd, .quit, .complete, .connect, .manualPage])
}
