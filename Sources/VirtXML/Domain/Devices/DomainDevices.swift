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
        for kind in DeviceKind.all { try kind.bind(&x, &self) }
    }

    /// Devices are placed, named and compared with each other: whoever lists more than there can be is told so first.
    private func checkCount(_ x: XMLBinder) throws(XMLError) {
        guard let count = x.node?.childCount, count > Self.most else { return }
        throw x.fault(
            "a domain can have \(Self.most) devices at most, and this one lists \(count)", .unsupported)
    }

    /// Puts controllers in the order in which they'd be had they been inserted one after the other.
    mutating func sortControllers() {
        let unsorted = controllers
        controllers.removeAll(keepingCapacity: true)
        for controller in unsorted { insert(controller) }
    }

    /// What may be redirected stands behind the redirections.
    mutating func bindRedirectionFilter(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading {
            try x.atMost(
                1, "redirfilter", orElse: "only one set of redirection filter rule is supported",
                .internalError)
        }
        try x.element("redirfilter", &redirFilter)
        if redirFilter?.rules.isEmpty == true { redirFilter = nil }
    }
}

extension DeviceKind {
    /// All kinds, in the order in which documents list them.
    public static let all: [DeviceKind] = [
        // Disks and controllers stand in an order of their own, however the document listed them.
        .device(\.disks, DomainDevice.disk) { x, devices in if x.isReading { devices.sortDisks() } },
        .device(\.controllers, DomainDevice.controller) { x, devices in
            if x.isReading { devices.sortControllers() }
        },
        .entry(\.leases, DomainDevice.lease),
        .device(\.filesystems, DomainDevice.filesystem),
        .device(\.interfaces, DomainDevice.interface),
        .device(\.smartcards, DomainDevice.smartcard),
        .device(\.serials, DomainDevice.serial),
        .device(\.parallels, DomainDevice.parallel),
        .device(\.consoles, DomainDevice.console),
        .device(\.channels, DomainDevice.channel),
        .device(\.inputs, DomainDevice.input),
        .device(\.tpms, DomainDevice.tpm),
        .entry(\.graphics, DomainDevice.graphics),
        .device(\.sounds, DomainDevice.sound),
        .entry(\.audios, DomainDevice.audio),
        .device(\.videos, DomainDevice.video),
        .device(\.hostdevs, DomainDevice.hostdev),
        .device(\.redirdevs, DomainDevice.redirdev) { (x, devices) throws(XMLError) in
            try devices.bindRedirectionFilter(&x)
        },
        .device(\.hubs, DomainDevice.hub),
        .device(\.watchdogs, DomainDevice.watchdog),
        .device(\.memballoon, DomainDevice.memballoon, only: .init("memory balloon", .internalError)),
        .device(\.rngs, DomainDevice.rng),
        .device(\.nvram, DomainDevice.nvram, only: .init("nvram", .internalError)),
        .device(\.panics, DomainDevice.panic),
        .device(\.shmems, DomainDevice.shmem),
        .device(\.memories, DomainDevice.memory),
        .device(\.cryptos, DomainDevice.crypto),
        .device(\.iommus, DomainDevice.iommu),
        .device(\.vsock, DomainDevice.vsock, only: .init("vsock", .xml)),
        .device(\.pstore, DomainDevice.pstore, only: .init("pstore", .xml)),
    ]

    /// By their elements' names.
    static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.elementName, $0) })

    /// The order in which names and places are visited, which decides what is refused first where several are wrong;
    /// kinds that aren't among these come last.
    static let visited: [DeviceKind] = {
        let first = [
            "disk", "interface", "sound", "hostdev", "video", "controller", "smartcard", "serial", "parallel",
            "channel", "console", "input", "filesystem", "watchdog", "memballoon", "rng", "nvram", "hub",
            "shmem",
            "memory", "redirdev", "tpm", "panic", "iommu", "vsock", "crypto", "pstore",
        ]
        let others = all.filter { !first.contains($0.elementName) }
        return first.compactMap { named[$0] } + others
    }()
}
