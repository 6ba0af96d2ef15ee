import ByteText
import LinuxSystem

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
    /// Where the program stands that is the user network of guests, if it is to be used where it is installed.
    public var slirpHelper = "/usr/bin/slirp-helper"
    /// Whether nbdkit fetches images from web and SSH servers even where QEMU could.
    public var usesNbdkit = false
    /// The user and group that guests run as; nil as the daemon itself.
    public var account: FileOwner?
    public var groups: [UInt32] = []
    /// Whether images are given to the guests' user while they run.
    public var givesImages = true
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

    /// The account that guests of a system daemon run as: QEMU's own, if there is one. May wait for the system's
    /// account database.
    public mutating func useSystemAccount() {
        guard ThisProcess.isRoot else { return }
        if let found = try? UserAccount.named("tss") {
            tpmAccount = FileOwner(user: found.id, group: found.group)
        }
        for name in ["libvirt-qemu", "roost-qemu", "qemu", "nobody"] {
            guard let found = try? UserAccount.named(name) else { continue }
            account = FileOwner(user: found.id, group: (try? GroupAccount.named(name))?.id ?? found.group)
            groups = found.groups()
            if let kvm = (try? GroupAccount.named("kvm")), !groups.contains(kvm.id) { groups.append(kvm.id) }
            return
        }
    }
}
