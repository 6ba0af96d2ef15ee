import XMLBinding

/// One device on its own, as it's given to be attached, changed or detached.
public enum DomainDevice: Equatable, Sendable {
    case disk(DiskDevice)
    case controller(ControllerDevice)
    case lease(Lease)
    case filesystem(FilesystemDevice)
    case interface(InterfaceDevice)
    case smartcard(SmartcardDevice)
    case serial(SerialDevice)
    case parallel(ParallelDevice)
    case console(ConsoleDevice)
    case channel(ChannelDevice)
    case input(InputDevice)
    case tpm(TPMDevice)
    case graphics(GraphicsDevice)
    case sound(SoundDevice)
    case audio(AudioBackend)
    case video(VideoDevice)
    case hostdev(HostdevDevice)
    case redirdev(RedirdevDevice)
    case hub(HubDevice)
    case watchdog(WatchdogDevice)
    case memballoon(MemballoonDevice)
    case rng(RNGDevice)
    case nvram(NVRAMDevice)
    case panic(PanicDevice)
    case shmem(ShmemDevice)
    case memory(MemoryDevice)
    case crypto(CryptoDevice)
    case iommu(IOMMUDevice)
    case vsock(VsockDevice)
    case pstore(PstoreDevice)

    /// Parses a device; its element's name says which kind it is.
    public init(xml text: String, options: XMLOptions = []) throws(XMLError) {
        let document = try XMLDocument(text)
        let root = document.root
        guard let read = Self.readers[root.name] else {
            throw XMLError(.xml, "unknown device type '\(root.name)'", element: root.name, line: root.line)
        }
        self = try read(root, options)
        withExtendedLifetime(document) {}
    }

    /// The device as text, ending with a newline.
    public func xml(options: XMLOptions = []) throws(XMLError) -> String {
        let (name, element) = part
        return try element.formatted(as: name, options: options)
    }

    /// The device's element and its name.
    public var part: (name: StaticString, element: any XMLElement) {
        switch self {
        case .disk(let device): ("disk", device)
        case .controller(let device): ("controller", device)
        case .lease(let device): ("lease", device)
        case .filesystem(let device): ("filesystem", device)
        case .interface(let device): ("interface", device)
        case .smartcard(let device): ("smartcard", device)
        case .serial(let device): ("serial", device)
        case .parallel(let device): ("parallel", device)
        case .console(let device): ("console", device)
        case .channel(let device): ("channel", device)
        case .input(let device): ("input", device)
        case .tpm(let device): ("tpm", device)
        case .graphics(let device): ("graphics", device)
        case .sound(let device): ("sound", device)
        case .audio(let device): ("audio", device)
        case .video(let device): ("video", device)
        case .hostdev(let device): ("hostdev", device)
        case .redirdev(let device): ("redirdev", device)
        case .hub(let device): ("hub", device)
        case .watchdog(let device): ("watchdog", device)
        case .memballoon(let device): ("memballoon", device)
        case .rng(let device): ("rng", device)
        case .nvram(let device): ("nvram", device)
        case .panic(let device): ("panic", device)
        case .shmem(let device): ("shmem", device)
        case .memory(let device): ("memory", device)
        case .crypto(let device): ("crypto", device)
        case .iommu(let device): ("iommu", device)
        case .vsock(let device): ("vsock", device)
        case .pstore(let device): ("pstore", device)
        }
    }
}

extension DomainDevice {
    private typealias Reader = @Sendable (XMLNode, XMLOptions) throws(XMLError) -> DomainDevice

    private static let readers: [String: Reader] = [
        "disk": reader(DomainDevice.disk),
        "controller": reader(DomainDevice.controller),
        "lease": reader(DomainDevice.lease),
        "filesystem": reader(DomainDevice.filesystem),
        "interface": reader(DomainDevice.interface),
        "smartcard": reader(DomainDevice.smartcard),
        "serial": reader(DomainDevice.serial),
        "parallel": reader(DomainDevice.parallel),
        "console": reader(DomainDevice.console),
        "channel": reader(DomainDevice.channel),
        "input": reader(DomainDevice.input),
        "tpm": reader(DomainDevice.tpm),
        "graphics": reader(DomainDevice.graphics),
        "sound": reader(DomainDevice.sound),
        "audio": reader(DomainDevice.audio),
        "video": reader(DomainDevice.video),
        "hostdev": reader(DomainDevice.hostdev),
        "redirdev": reader(DomainDevice.redirdev),
        "hub": reader(DomainDevice.hub),
        "watchdog": reader(DomainDevice.watchdog),
        "memballoon": reader(DomainDevice.memballoon),
        "rng": reader(DomainDevice.rng),
        "nvram": reader(DomainDevice.nvram),
        "panic": reader(DomainDevice.panic),
        "shmem": reader(DomainDevice.shmem),
        "memory": reader(DomainDevice.memory),
        "crypto": reader(DomainDevice.crypto),
        "iommu": reader(DomainDevice.iommu),
        "vsock": reader(DomainDevice.vsock),
        "pstore": reader(DomainDevice.pstore),
    ]

    private static func reader<T: XMLElement>(_ wrap: @escaping @Sendable (T) -> DomainDevice) -> Reader {
        { (node, options) throws(XMLError) in wrap(try T(node, options: options)) }
    }
}
