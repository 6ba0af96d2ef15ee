import XMLBinding

/// The devices of a domain, by their kinds in the order in which documents list them.
public struct DomainDevices: Equatable, Sendable {
    public var emulator: String?
    public var disks: [DiskDevice] = []
    public var controllers: [ControllerDevice] = []
    public var leases: [Lease] = []
    public var filesystems: [FilesystemDevice] = []
    public var interfaces: [InterfaceDevice] = []
    public var smartcards: [SmartcardDevice] = []
    public var serials: [SerialDevice] = []
    public var parallels: [ParallelDevice] = []
    public var consoles: [ConsoleDevice] = []
    public var channels: [ChannelDevice] = []
    public var inputs: [InputDevice] = []
    public var tpms: [TPMDevice] = []
    public var graphics: [GraphicsDevice] = []
    public var sounds: [SoundDevice] = []
    public var audios: [AudioBackend] = []
    public var videos: [VideoDevice] = []
    public var hostdevs: [HostdevDevice] = []
    public var redirdevs: [RedirdevDevice] = []
    @Boxed public var redirFilter: RedirectionFilter?
    public var hubs: [HubDevice] = []
    public var watchdogs: [WatchdogDevice] = []
    @Boxed public var memballoon: MemballoonDevice?
    public var rngs: [RNGDevice] = []
    @Boxed public var nvram: NVRAMDevice?
    public var panics: [PanicDevice] = []
    public var shmems: [ShmemDevice] = []
    public var memories: [MemoryDevice] = []
    public var iommus: [IOMMUDevice] = []
    @Boxed public var vsock: VsockDevice?
    public var cryptos: [CryptoDevice] = []
    @Boxed public var pstore: PstoreDevice?

    public init() {}

    /// The most devices of a guest: more than QEMU has buses, slots and ports for.
    public static let most = 4096

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try checkCount(x)
        try x.value("emulator", &emulator)
        try bindSorted(&x)
        try x.elements("lease", &leases)
        try x.elements("filesystem", &filesystems)
        try x.elements("interface", &interfaces)
        try x.elements("smartcard", &smartcards)
        try x.elements("serial", &serials)
        try x.elements("parallel", &parallels)
        try x.elements("console", &consoles)
        try x.elements("channel", &channels)
        try x.elements("input", &inputs)
        try x.elements("tpm", &tpms)
        try x.elements("graphics", &graphics)
        try x.elements("sound", &sounds)
        try x.elements("audio", &audios)
        try x.elements("video", &videos)
        try bindRest(&x)
    }

    /// Devices are placed, named and compared with each other: whoever lists more than there can be is told so first.
    private func checkCount(_ x: XMLBinder) throws(XMLError) {
        guard let count = x.node?.childCount, count > Self.most else { return }
        throw x.fault(
            "a domain can have \(Self.most) devices at most, and this one lists \(count)", .unsupported)
    }

    /// Disks and controllers stand in an order of their own, however the document listed them.
    private mutating func bindSorted(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("disk", &disks)
        try x.elements("controller", &controllers)
        guard x.isReading else { return }
        sortDisks()
        let unnumbered = controllers
        controllers.removeAll(keepingCapacity: true)
        for controller in unnumbered { insert(controller) }
    }

    private mutating func bindRest(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("hostdev", &hostdevs)
        try x.elements("redirdev", &redirdevs)
        try x.single("redirfilter", &redirFilter, "only one set of redirection filter rule is supported")
        if redirFilter?.rules.isEmpty == true { redirFilter = nil }
        try x.elements("hub", &hubs)
        try x.elements("watchdog", &watchdogs)
        try x.single("memballoon", &memballoon, "only a single memory balloon device is supported")
        try x.elements("rng", &rngs)
        try x.single("nvram", &nvram, "only a single nvram device is supported")
        try x.elements("panic", &panics)
        try x.elements("shmem", &shmems)
        try x.elements("memory", &memories)
        try x.elements("crypto", &cryptos)
        try x.elements("iommu", &iommus)
        try x.single("vsock", &vsock, "only a single vsock device is supported", .xml)
        try x.single("pstore", &pstore, "only a single pstore device is supported", .xml)
    }
}

extension XMLBinder {
    /// A child of which there may be only one.
    fileprivate mutating func single<T: XMLElement>(
        _ name: StaticString, _ value: inout T?, _ message: String, _ code: XMLError.Code = .internalError
    ) throws(XMLError) {
        if isReading {
            try atMost(1, name, orElse: message, code)
            try element(name, &value)
        } else {
            try element(name, &value)
        }
    }
}
