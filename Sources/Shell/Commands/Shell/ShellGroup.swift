extension CommandGroup {
    static let shell = CommandGroup(
        keyword: "roost", title: "Roost itself",
        commands: [.cd, .echo, .exit, .help, .pwd, .quit, .complete, .connect, .manualPage])
}
