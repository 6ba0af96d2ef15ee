import DriverKit
import HostKit
import LinuxSystem
import Logging
import QEMUModel

extension QEMUContext {
    /// Takes back all that a run of a guest held, when its QEMU is gone or never came to be; its record goes last, so
    /// that a daemon that is killed meanwhile leaves it to the next one.
    func clearAway(_ held: LiveRecord, _ file: RecordFile<LiveRecord>) async {
        await held.helpers.end(log)
        await Blocking.run {
            for path in held.leftovers { _ = try? FileSystem.remove(path) }
            self.giveBack(held.ports, held.ownerships, held.folder)
            _ = try? FileSystem.remove("\(self.configuration.run)/\(held.name).pid")
            try? self.starts.remove(held.name)
            do throws(SystemError) {
                try file.remove()
            } catch {
                self.log.error(
                    "the record of '\(held.name)', whose guest has ended, can't be removed: \(error)")
            }
        }
    }

    /// Takes back ports, files and folders of a start. May wait.
    func giveBack(_ ports: [UInt16], _ ownerships: [FileOwnership], _ folder: String) {
        for port in ports { self.ports.give(back: port) }
        files.takeBack(ownerships)
        removeFolders(of: folder)
    }

    /// Removes the folder of a start, and those that go with it. May wait.
    func removeFolders(of folder: String) {
        // Of a guest of which nothing was known but its name there is none.
        if folder.isEmpty { return }
        try? FileSystem.removeTree(folder)
        try? FileSystem.removeTree(configuration.channelFolder(of: folder))
        try? FileSystem.removeTree(configuration.memoryFolder(of: folder))
        let shortName = configuration.shortName(of: folder)
        for mount in hugepageMounts.value {
            // QEMU's files in it have no names: what is left is an empty folder, if it is this guest's.
            _ = try? FileSystem.remove(mount.folder(of: shortName))
        }
    }
}
