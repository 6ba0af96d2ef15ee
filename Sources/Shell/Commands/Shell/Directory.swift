import LinuxSystem

extension Command {
    static let cd = Command(
        "cd", "change the current directory",
        description: "Change the directory that file names are relative to.",
        options: [.optional("dir", "directory to switch to (default: home or else root)", complete: .path)],
        needsConnection: false
    ) { session, arguments in
        let folder = try arguments.string("dir") ?? UserFolders.home ?? "/"
        do throws(SystemError) {
            try ThisProcess.changeDirectory(to: folder)
        } catch {
            throw Failure("cd: \(error.reason): \(folder)")
        }
    }

    static let pwd = Command(
        "pwd", "print the current directory",
        description: "Print the directory that file names are relative to.",
        needsConnection: false
    ) { session, _ in
        do throws(SystemError) {
            session.output.print(try ThisProcess.currentDirectory() + "\n")
        } catch {
            throw Failure("pwd: cannot get current directory: \(error.reason)")
        }
    }
}
