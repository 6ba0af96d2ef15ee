import ByteText
import JSON
import VirtXML

/// What the host has prepared for one start of a domain: folders, open descriptors by the numbers that QEMU
/// will know them by, secrets. The command line is a function of this, of the domain and of the binary.
package struct QEMUResources: Sendable {
    /// The folder of this one start, such as `/var/lib/libvirt/qemu/domain-1-NAME`.
    package var domainFolder: String
    /// The folder that sockets of helpers are in, such as `/run/libvirt/qemu`.
    package var runFolder = "/var/run/libvirt/qemu"
    /// The last part of ``domainFolder`` without its first word: `1-NAME`.
    package var shortName: String
    /// The listening socket of the monitor.
    package var monitorDescriptor: Int32
    /// Where QEMU makes the monitor's socket itself, in place of the one that is passed on.
    package var monitorPath: String?
    /// Where huge pages are mounted: the size of a page in KiB, and the folder.
    package var hugepageMounts: [HugepageMount] = []
    /// The folder below which memory in files is kept.
    package var memoryFolder = "/var/lib/libvirt/qemu/ram"
    /// Certificates by use: `chardev`, `nbd`, `vnc`, `spice`, …
    package var tls: [String: TLSCredentials] = [:]
    /// Where guests' screens are listened for unless the domain says so.
    package var vncListen = "127.0.0.1"
    package var spiceListen = "127.0.0.1"
    package var vncUsesSASL = false
    package var spiceUsesSASL = false
    /// Whether the daemon's configuration has a password for SPICE screens that have none of their own.
    package var spiceHasPassword = false
    /// Whether QEMU shuts itself in.
    package var isSandboxed = true
    /// Whether QEMU starts paused, for the daemon to let it go.
    package var startsPaused = true
    /// From where a migrating guest is received, such as `defer`.
    package var incoming: String?
    /// The listening socket that stands for a character device, by its alias; nil to let QEMU make one.
    package var socketDescriptor: @Sendable (String) -> Int32? = { _ in nil }
    /// The set of descriptors that stands for a file or device of the host, by what it is remembered as: `serial0-log`,
    /// `serial0-source`, `net0-vdpa`; nil to let QEMU open it.
    package var descriptorSet: @Sendable (String) -> DescriptorSet? = { _ in nil }
    /// The descriptors of a network card's connection, by its alias.
    package var tapDescriptors: @Sendable (InterfaceDevice, String) -> TapDescriptors? = { _, _ in nil }
    /// Something secret, encrypted with the domain's master key.
    package var secret: @Sendable (SecretContent) throws(ConfigurationError) -> QEMUSecret = {
        (_) throws(ConfigurationError) in throw .failed("this host keeps no secrets")
    }
    package var vsockDescriptor: @Sendable (String) -> String? = { _ in nil }
    package var vsockCID: @Sendable (String) -> UInt32? = { _ in nil }
    package var vhostSCSIDescriptor: @Sendable (String) -> String? = { _ in nil }
    package var vhostUserGPU: @Sendable (String) -> Int32? = { _ in nil }
    package var tpmDescriptorSet: @Sendable (String) -> (device: String, cancel: String?)? = { _ in nil }
    package var tpmSocket: String?
    /// QEMU's end of a pair of sockets that a helper has the other of, by the device's alias.
    package var slirpDescriptor: @Sendable (String) -> Int32? = { _ in nil }
    /// Whether a program beside QEMU does what QEMU's own user network would.
    package var usesSlirpHelper = false
    /// Whether a program beside QEMU fetches images from web and SSH servers even where QEMU could.
    package var usesNbdkit = false
    /// The host's generic device for a SCSI device.
    package var scsiGeneric: @Sendable (SCSIHostdev) -> String? = { _ in nil }
    /// Where a USB device of the host is plugged in now.
    package var usbDevice: @Sendable (USBHostdev) -> (bus: UInt32, device: UInt32)? = { usb in
        guard let bus = usb.bus, let device = usb.device else { return nil }
        return (bus, device)
    }
    /// Whether a block device of the host is a CD-ROM drive.
    package var isCDROMDrive: @Sendable (String) -> Bool = {
        $0 == "/dev/cdrom" || $0.hasBytePrefix("/dev/sr")
    }
    /// The device that draws for screens that name none.
    package var renderNode: String?
    package var userNumber: @Sendable (String) -> UInt32? = { _ in nil }
    package var groupNumber: @Sendable (String) -> UInt32? = { _ in nil }
    /// The time, in seconds since 1970, that clocks with an offset are counted from.
    package var secondsEastOfUTC: Int64 = 0
    /// The host's nodes that a service with knowledge of its load advises to take memory from.
    package var advisedNodes: CPUSet?
    package var now: @Sendable () -> Int64 = { 0 }

    package init(domainFolder: String, shortName: String, monitorDescriptor: Int32) {
        self.domainFolder = domainFolder
        self.shortName = shortName
        self.monitorDescriptor = monitorDescriptor
    }

    package func tap(_ card: InterfaceDevice, _ alias: String) -> TapDescriptors? {
        tapDescriptors(card, alias)
    }
    func passtSocket(_ alias: String) -> String { "\(runFolder)/passt/\(shortName)-\(alias).socket" }
    func virtiofsSocket(_ alias: String) -> String { "\(domainFolder)/\(alias)-fs.sock" }
    func shmemSocket(_ alias: String) -> String { "/var/lib/libvirt/shmem-\(alias)-sock" }
    var pstorePath: String { "\(domainFolder)/pstore.raw" }
    var masterKeyPath: String { "\(domainFolder)/master-key.aes" }
}

/// An open file that QEMU is to know as `/dev/fdset/NUMBER`.
package struct DescriptorSet: Sendable, Equatable {
    package var number: Int
    package var descriptor: Int32

    package init(number: Int, descriptor: Int32) {
        self.number = number
        self.descriptor = descriptor
    }

    package var path: String { "/dev/fdset/\(number)" }

    /// The option that makes it known, with what QEMU is to remember it as.
    package func part(_ name: String) -> QEMUPart {
        var text = OptionText()
        text.add("set", number)
        text.add("fd", descriptor)
        text.add("opaque", name)
        return .option("-add-fd", text)
    }
}

/// The descriptors of a network card's connection: queues of a tap, and of the kernel's own servers for them.
package struct TapDescriptors: Sendable, Equatable {
    package var descriptors: [String]
    package var vhostDescriptors: [String]

    package init(descriptors: [String], vhostDescriptors: [String] = []) {
        self.descriptors = descriptors
        self.vhostDescriptors = vhostDescriptors
    }
}

/// A secret encrypted for one QEMU: both in base 64.
package struct QEMUSecret: Sendable, Equatable {
    package var data: String
    package var iv: String

    package init(data: String, iv: String) {
        self.data = data
        self.iv = iv
    }
}

/// Where pages of one size can be had.
package struct HugepageMount: Sendable, Equatable {
    /// In KiB.
    package var pageSize: UInt64
    package var folder: String
    package var isDefault: Bool

    package init(pageSize: UInt64, folder: String, isDefault: Bool = false) {
        self.pageSize = pageSize
        self.folder = folder
        self.isDefault = isDefault
    }
}

/// Certificates for encrypted connections.
package struct TLSCredentials: Sendable, Equatable {
    package var folder: String
    package var verifiesPeer: Bool
    /// Whether the key is encrypted; the secret's name ends with `-secret0`.
    package var password: QEMUSecret?

    package init(folder: String, verifiesPeer: Bool, password: QEMUSecret? = nil) {
        self.folder = folder
        self.verifiesPeer = verifiesPeer
        self.password = password
    }

    /// Those of the host's QEMUs, where nothing else is said.
    static let usual = TLSCredentials(folder: "/etc/pki/qemu", verifiesPeer: true)

    /// The objects for them under a name.
    package func parts(_ name: String, endpoint: String) -> [QEMUPart] {
        var object: JSONObject = [
            "qom-type": "tls-creds-x509", "id": .string(name), "dir": .string(folder),
            "endpoint": .string(endpoint), "verify-peer": .bool(verifiesPeer),
        ]
        guard let password else { return [.object(object)] }
        object["passwordid"] = .string(name + "-secret0")
        let secret: JSONObject = [
            "qom-type": "secret", "id": .string(name + "-secret0"), "data": .string(password.data),
            "keyid": "masterKey0", "iv": .string(password.iv), "format": "base64",
        ]
        return [.object(secret), .object(object)]
    }
}
