import LinuxSystem

extension ProgramStart {
    /// Makes what the program finds when it starts, and removes what would be in its way. May wait.
    func prepare() throws(SystemError) {
        for folder in program.folders { try folder.make() }
        for file in program.files {
            try FileSystem.replace(
                file.path, with: file.content, owner: program.account?.owner, survivesPowerCut: false)
        }
        for path in program.leftovers + [program.contact?.path].compactMap({ $0 }) {
            if !program.files.contains(where: { $0.path == path }) { try FileSystem.remove(path) }
        }
    }
}

extension ProgramFolder {
    /// Makes the folder where it is missing; may wait.
    func make() throws(SystemError) {
        if let parent = FileSystem.parent(of: path) {
            try FileSystem.makeDirectory(parent, mode: 0o711, parents: true)
        }
        try FileSystem.makeDirectory(path, mode: mode)
        let directory = try FileSystem.open(path, .directory, links: .trusted)
        if let owner { try directory.setOwner(user: owner.user, group: owner.group) }
        if setsMode { try directory.setMode(mode) }
    }
}
