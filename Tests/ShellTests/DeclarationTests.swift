import Testing

@testable import Shell

@Suite("The table of commands")
struct DeclarationTests {
    private let commands = CommandGroup.all.flatMap(\.commands)

    @Test("no name is there twice")
    func names() {
        #expect(Set(commands.map(\.name)).count == commands.count)
        for command in commands {
            #expect(Set(command.options.map(\.name)).count == command.options.count, "\(command.name)")
        }
    }

    @Test("every alias leads to an option of its command")
    func aliases() {
        for command in commands {
            for case .alias(let target, _) in command.options.map(\.kind) {
                #expect(command.option(target)?.isAlias == false, "\(command.name) --\(target)")
            }
        }
    }

    @Test("required options come first, and the rest of the words last")
    func order() {
        for command in commands {
            let places = command.options.filter(\.takesPosition)
            #expect(places.dropLast().allSatisfy { $0.kind != .rest }, "\(command.name)")
        }
    }

    @Test("everything explains itself in a line")
    func help() {
        for command in commands {
            #expect(!command.summary.isEmpty && !command.summary.contains("\n"), "\(command.name)")
            for option in command.options where !option.isAlias {
                #expect(
                    !option.help.isEmpty && !option.help.contains("\n"), "\(command.name) --\(option.name)")
            }
        }
    }

    @Test("the synopsis shows how each option is given")
    func synopsis() {
        #expect(
            HelpText.synopsis(of: .setvcpus).hasPrefix("setvcpus <domain> <count> [--maximum] [--config]"))
        #expect(HelpText.synopsis(of: .reboot) == "reboot <domain> [<mode>]")
        #expect(HelpText.synopsis(of: .echo).hasSuffix("[--prefix <string>] [<string>]..."))
    }
}
