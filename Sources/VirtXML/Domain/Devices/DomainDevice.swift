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
        guard let kind = DeviceKind.named[root.name] else {
            throw XMLError(.xml, "unknown device type '\(root.name)'", element: root.name, line: root.line)
        }
        self = try kind.read(root, options)
        withExtendedLifetime(document) {}
    }

    /// The device as text, ending with a newline.
    public func xml(options: XMLOptions = []) throws(XMLError) -> String {
        try element.formatted(as: type(of: element).elementName, options: options)
    }

    /// The device's element.
    public var element: any DeviceElement {
        switch self {
        case .disk(let device): device
        case .controller(let device): device
        case .lease(let device): device
        case .filesystem(let device): device
        case .interface(let device): device
        case .smartcard(let device): device
        case .serial(let device): device
        case .parallel(let device): device
        case .console(let device): device
        case .channel(let device): device
        case .input(let device): device
        case .tpm(let device): device
        case .graphics(let device): device
        case .sound(let device): device
        case .audio(let device): device
        case .video(let device): device
        case .hostdev(let device): device
        case .redirdev(let device): device
        case .hub(let device): device
        case .watchdog(let device): device
        case .memballoon(let device): device
        case .rng(let device): device
        case .nvram(let device): device
        case .panic(let device): device
        case .shmem(let device): device
        case .memory(let device): device
        case .crypto(let device): device
        case .iommu(let device): device
        case .vsock(let device): device
        case .pstore(let device): device
        }
    }
}
