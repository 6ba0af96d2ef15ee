import DriverKit
import LinuxSystem

/// What a guest holds of the host.
protocol GuestHoldings: Sendable {
    /// The folder of its start.
    var folder: String { get }
    /// The files that were given to the guest's user.
    var ownerships: [FileOwnership] { get }
    /// The ports of its screens.
    var ports: [UInt16] { get }
    /// What serves it beside QEMU.
    var helpers: [HelperRecord] { get }
    /// What helpers leave in the host's folders.
    var leftovers: [String] { get }
}

extension PreparedGuest: GuestHoldings {}
extension RunningGuest: GuestHoldings {}
extension LiveRecord: GuestHoldings {}

extension QEMUContext {
    /// Takes back all that the guest of a domain held, when it is gone or never came to be.
    func clearAway(_ holdings: some GuestHoldings, of name: String) async {
        for port in holdings.ports { ports.give(back: port) }
        await holdings.helpers.end(log)
        await Blocking.run {
            self.files.takeBack(holdings.ownerships)
            for path in holdings.leftovers { _ = try? FileSystem.remove(path) }
            self.removeFolders(of: holdings.folder)
            _ = try? FileSystem.remove("\(self.configuration.run)/\(name).pid")
            try? self.starts.remove(name)
            // Of a domain that only lived while it ran nothing stays.
            if !FileSystem.exists(self.definitions.path(name)) { try? self.written.remove(name) }
            try? self.records.remove(name)
        }
    }

    /// Removes the folder of a start, and those that go with it. May wait.
    func removeFolders(of folder: String) {
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
