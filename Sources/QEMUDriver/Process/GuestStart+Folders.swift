import DriverKit
import HostKit
import LinuxSystem
import QEMUModel
import Sealing
import VirtXML

/// What a start makes of files, before QEMU runs.
extension GuestStart {
    /// Makes the guest's folders, and in its own the monitor's socket: before anybody else may write there.
    func makeFolders(_ key: SecretBytes) throws(SystemError) -> Descriptor {
        try FileSystem.removeTree(folder)
        try FileSystem.makeDirectory(folder, mode: 0o700)
        try FileSystem.makeDirectory(configuration.channels, mode: 0o711, parents: true)
        try FileSystem.removeTree(channelFolder)
        try makeOwned(channelFolder)
        try makeOwned(configuration.memoryFolder(of: folder))
        let monitor = try UnixSocket.listen(at: folder + "/monitor.sock", mode: 0o600)
        try FileSystem.replace(
            keyFile, with: key.withBytes { Array($0) }, owner: configuration.account, survivesPowerCut: false)
        try openFolder()
        return monitor
    }

    /// Lets the guest's user write into the guest's folder, in which nobody takes away or replaces what is the daemon's.
    private func openFolder() throws(SystemError) {
        let directory = try FileSystem.open(folder, .directory, links: .refuseLast)
        if let account = configuration.account {
            try directory.setOwner(user: ThisProcess.user, group: account.group)
        }
        try directory.setMode(configuration.account == nil ? 0o711 : 0o1771)
    }

    /// Makes a folder that is the guest's user's.
    private func makeOwned(_ folder: String) throws(SystemError) {
        try FileSystem.makeDirectory(folder, mode: 0o711, parents: true)
        guard let account = configuration.account else { return }
        let directory = try FileSystem.open(folder, .directory, links: .trusted)
        try directory.setOwner(user: account.user, group: account.group)
    }

    /// Gives a guest that has none yet a store for its firmware's variables, or one that is to forget them a new one.
    func makeVariables(_ live: DomainDefinition) throws(SystemError) {
        guard let nvram = live.os.nvram, let path = nvram.path, let template = nvram.template,
            resetsVariables || !FileSystem.exists(path)
        else { return }
        if let folder = FileSystem.parent(of: path) {
            try FileSystem.makeDirectory(folder, mode: 0o711, parents: true)
        }
        let content = try FileSystem.read(template, limit: 64 << 20)
        try FileSystem.replace(path, with: content, mode: 0o600, owner: configuration.account)
    }

    /// Makes the folders that the guest's memory is kept in where it is made of huge pages.
    func makeHugepageFolders(_ live: DomainDefinition) throws(SystemError) {
        guard live.usesHugePages else { return }
        for mount in context.hugepageMounts.value { try makeOwned(mount.folder(of: shortName)) }
    }
}
