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
}

extension PreparedGuest: GuestHoldings {}
extension RunningGuest: GuestHoldings {}
extension LiveRecord: GuestHoldings {}

extension QEMUContext {
    /// Takes back all that the guest of a domain held, when it is gone or never came to be.
    func clearAway(_ holdings: some GuestHoldings, of name: String) async {
        for port in holdings.ports { ports.give(back: port) }
        await Blocking.run {
            if let account = self.configuration.account {
                for file in holdings.ownerships { file.restore(from: account) }
            }
            try? FileSystem.removeTree(holdings.folder)
            try? FileSystem.removeTree(self.configuration.channelFolder(of: holdings.folder))
            try? FileSystem.removeTree(self.configuration.memoryFolder(of: holdings.folder))
            _ = try? FileSystem.remove("\(self.configuration.run)/\(name).pid")
            try? self.records.remove(name)
        }
    }
}
