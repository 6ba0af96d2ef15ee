import ByteText
import LinuxSystem
import Virt

/// How the QEMU driver runs guests: what `qemu.conf` says, and where its files are.
public struct QEMUConfiguration: Sendable {
    /// Definitions: `NAME.xml`, and `autostart/`.
    public var definitions: String
    /// Records of running guests, pid files.
    public var run: String
    /// A folder for each running guest, NVRAM, save images.
    public var library: String
    /// A folder for each running guest's sockets of channels.
    var channels: String { run + "/channel" }

    /// The folder for the sockets of the guest whose own folder is `folder`.
    func channelFolder(of folder: String) -> String {
        "\(channels)/\(shortName(of: folder))"
    }

    /// The folder for the memory in files of the guest whose own folder is `folder`.
    func memoryFolder(of folder: String) -> String { "\(library)/ram/\(shortName(of: folder))" }

    /// What names a start of a guest: its number, and the start of its name.
    func shortName(of folder: String) -> Substring {
        let name = folder.split(atByte: "/").last ?? ""
        return name.droppingBytePrefix("domain-") ?? name
    }

    /// Guests' logs.
    public var logs: String
    /// What QEMU binaries answered.
    public var cache: String
    /// The states of TPMs, and the logs of the programs that play them.
    public var tpmStates: String
    public var tpmLogs: String
    /// The user that TPMs run as; nil as the daemon itself.
    public var tpmAccount: FileOwner?
    /// How long a call waits for a guest to let go of a device.
    public var unplugPatience = Duration.seconds(5)
    /// How long QEMU may take to end a job that is undone, before others have their turn and it is tried again.
    public var jobEndPatience = Duration.seconds(10)
    /// Where the program stands that is the user network of guests, if it is to be used where it is installed.
    public var slirpHelper = "/usr/bin/slirp-helper"
    /// Whether nbdkit fetches images from web and SSH servers even where QEMU could.
    public var usesNbdkit = false
    /// The user that guests of a system daemon are to run as: a name, or a number after a `+`; one of QEMU's own when nil.
    public var user: String?
    /// The user and group that guests run as; nil as the daemon itself.
    public var account: FileOwner?
    public var groups: [UInt32] = []
    /// The user that QEMU runs as.
    var guestUser: UInt32 { account?.user ?? ThisProcess.user }
    /// The users who may be listening at the sockets of guests: who listens is the daemon, until QEMU does so itself.
    var listeners: Set<UInt32> { [ThisProcess.user, guestUser] }
    /// The name of the user that guests are to run as and that this host hasn't, empty for any of the usual ones; nil where
    /// guests have one.
    var missingAccount: String?
    /// Whether images are given to the guests' user while they run.
    public var givesImages = true
    /// How the states of guests are kept that are saved.
    public var saveImageFormat = "raw"
    /// How the states of guests are kept that are dumped.
    public var dumpImageFormat = "raw"
    /// Where the memory of guests is kept that have crashed; a folder of the driver's where nil.
    public var autoDumpFolder: String?
    /// Where the certificates are with which guests' backups are served, and whether clients must show theirs.
    public var backupCertificates = "/etc/pki/qemu"
    public var verifiesBackupClients = true
    /// When the logs of guests, and the files that their lines are written to, turn over.
    public var logLimits = LogLimits()
    public var vncListen = "127.0.0.1"
    public var vncPorts: ClosedRange<UInt16> = 5900...65535
    /// The URI that the driver serves.
    public var uri = "qemu:///system"

    public init(definitions: String, run: String, library: String, logs: String, cache: String) {
        (self.definitions, self.run, self.library) = (definitions, run, library)
        (self.logs, self.cache) = (logs, cache)
        tpmStates = (FileSystem.parent(of: library) ?? "") + "/swtpm"
        tpmLogs = (FileSystem.parent(of: logs) ?? "") + "/swtpm"
    }

    /// Users that are made for guests to run as: Debian's, this project's own, and others'.
    private static let accounts = ["libvirt-qemu", "roost-qemu", "qemu"]

    /// Chooses the account that guests of a system daemon run as: ``user`` if it is named, else one of QEMU's own. Without
    /// any, no guest starts: nobody else's files and processes are for guests. Guests of `root` run as the daemon does.
    /// May wait for the system's account database; throws where that can't be read, since nobody knows then whose
    /// processes guests are.
    public mutating func useSystemAccount() throws(SystemError) {
        guard ThisProcess.isRoot else { return }
        if let found = try UserAccount.named("tss") {
            tpmAccount = FileOwner(user: found.id, group: found.group)
        }
        let wanted = user.map { [$0] } ?? Self.accounts
        guard let found = try Self.account(wanted) else {
            missingAccount = user ?? ""
            return
        }
        if found.id == 0 { return }
        let group = try GroupAccount.named(found.name)
        account = FileOwner(user: found.id, group: group?.id ?? found.group)
        groups = found.groups()
        if let kvm = try GroupAccount.named("kvm"), !groups.contains(kvm.id) { groups.append(kvm.id) }
    }

    /// The first of the users that there is.
    private static func account(_ names: [String]) throws(SystemError) -> UserAccount? {
        for name in names {
            if name.utf8.first == UInt8(ascii: "+") {
                if let id = UInt32(name.dropFirst()), let found = try UserAccount.withID(id) { return found }
            } else if let found = try UserAccount.named(name) {
                return found
            }
        }
        return nil
    }

    /// Throws where there is no user for guests to run as.
    func requireAccount(for domain: String) throws(VirtError) {
        guard let missingAccount else { return }
        let what =
            missingAccount.isEmpty
            ? "this host has no user for guests to run as (\(Self.accounts.joined(separator: ", ")))"
            : "guests are to run as user '\(missingAccount)', and this host has none of that name"
        throw VirtError(
            .configUnsupported,
            """
            domain '\(domain)' can't be started: \(what); make one with 'useradd --system --user-group \
            --no-create-home --shell /usr/sbin/nologin roost-qemu', or name another as 'user' in qemu.conf or roostd.conf, \
            then restart roostd
            """, from: .qemu)
    }
}
