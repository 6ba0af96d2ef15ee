/// Commands that belong together in `help`.
public struct CommandGroup: Sendable {
    /// The word that `help` takes for it.
    public let keyword: String
    public let title: String
    public let commands: [Command]

    /// Every group, in the order of `help`.
    public static let all: [CommandGroup] = [
        domains, monitoring, events, host, checkpoints, interfaces, filters, networks, nodeDevices, secrets,
        snapshots, backups, pools, volumes, shell,
    ]

    /// The command called `name`, hidden ones included.
    public static func command(_ name: some StringProtocol) -> Command? {
        for group in all {
            if let command = group.commands.first(where: { $0.name == name }) { return command }
        }
        return nil
    }
}
