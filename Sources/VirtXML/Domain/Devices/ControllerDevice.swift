import XMLBinding

/// A controller: what other devices are plugged into.
public struct ControllerDevice: Device {
    public static let elementName: StaticString = "controller"

    public var type: Kind = .ide
    /// Counted from 0 among the controllers of its type; nil until one is chosen.
    public var index: UInt32?
    /// The model among those of the type, such as `pcie-root-port`; nil until the default is filled in.
    public var model: String?
    public var ports: UInt32?
    public var vectors: UInt32?
    public var maxGrantFrames: UInt32?
    public var maxEventChannels: UInt32?
    /// The exact PCI device, such as `pcie-root-port`'s `ioh3420`.
    public var pciModelName: String?
    @Boxed public var pciTarget: PCITarget?
    @Boxed public var driver: Driver?
    /// How much of the address space above 4 GiB is for devices.
    public var pciHole64: ByteSize?
    public var info = DeviceInfo()

    public init() {}

    public init(_ type: Kind, index: UInt32? = nil, model: String? = nil) {
        self.type = type
        self.index = index
        self.model = model
    }

    public enum Kind: String, XMLWord {
        case ide, fdc, scsi, sata, ccid, usb, pci, xenbus, isa
        case virtioSerial = "virtio-serial"
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type, default: .ide)
        if x.isWriting { try x.natural("index", &index) }
        try x.attribute("model", &model)
        if let model, !type.models.contains(model) {
            try x.require(false, "Unknown model type '\(model)'", .unsupported)
        }
        if x.isReading { try x.natural("index", &index) }
        if x.isWriting { try bindLines(&x) } else { try bindDriver(&x) }
        if type == .pci { try bindPCI(&x) }
        if x.isWriting { try bindDriver(&x) }
        try info.bind(&x)
        if x.isReading { try bindLines(&x) }
        if model == "pci-root" || model == "pcie-root" { try x.size("pcihole64", &pciHole64) }
    }

    private mutating func bindDriver(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("driver", &driver)
        if x.isReading, driver == Driver() { driver = nil }
    }

    /// How many devices and lines a controller has.
    private mutating func bindLines(_ x: inout XMLBinder) throws(XMLError) {
        // libvirt reads it of every controller, and keeps it of those that have ports.
        var ports = ports
        try x.natural("ports", &ports)
        self.ports = type == .usb || type == .virtioSerial ? ports : nil
        if type == .virtioSerial { try x.natural("vectors", &vectors) }
        if type == .xenbus {
            try x.natural("maxGrantFrames", &maxGrantFrames)
            try x.natural("maxEventChannels", &maxEventChannels)
        }
    }

    private mutating func bindPCI(_ x: inout XMLBinder) throws(XMLError) {
        try x.atMost(1, "model", orElse: "Multiple <model> elements in controller definition not allowed")
        try x.atMost(1, "target", orElse: "Multiple <target> elements in controller definition not allowed")
        try x.group("model") { (x) throws(XMLError) in
            try x.attribute("name", &pciModelName)
            try x.require(
                pciModelName.map(Self.pciModelNames.contains) ?? true,
                "Invalid value for attribute 'name' in element 'model': '\(pciModelName ?? "")'.")
        }
        try x.element("target", &pciTarget)
        if let target = pciTarget, target == PCITarget() { pciTarget = nil }
    }

    /// What a PCI controller is told about its place in the guest.
    public struct PCITarget: XMLElement {
        public var chassisNr: UInt32?
        public var chassis: UInt32?
        public var port: UInt32?
        public var busNr: UInt32?
        public var index: UInt32?
        public var hotplug: Bool?
        /// In KiB.
        public var memReserve: UInt64?
        public var node: UInt32?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.natural("chassisNr", &chassisNr, anyBase: true)
            try x.natural("chassis", &chassis, anyBase: true)
            if x.isReading { try x.natural("port", &port, anyBase: true) }
            if x.isWriting { try x.hex("port", &port, width: 1) }
            try x.natural("busNr", &busNr, anyBase: true)
            if x.isReading { try x.onOff("hotplug", &hotplug) }
            try x.natural("index", &index, anyBase: true)
            if x.isWriting { try x.onOff("hotplug", &hotplug) }
            try x.number("memReserve", &memReserve)
            try x.value("node", &node, .refusing("invalid NUMA node in target", .xml))
        }
    }

    /// How the hypervisor serves the controller.
    public struct Driver: XMLElement {
        public var queues: UInt32?
        public var commandsPerLUN: UInt32?
        public var maxSectors: UInt32?
        public var ioeventfd: Bool?
        public var iothread: UInt32?
        public var virtio = VirtioOptions()
        public var iothreads: [IOThreadMapping] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("queues", &queues)
            try x.attribute("cmd_per_lun", &commandsPerLUN)
            try x.attribute("max_sectors", &maxSectors)
            try x.onOff("ioeventfd", &ioeventfd)
            try x.attribute("iothread", &iothread)
            if x.isReading { try x.iothreadMappings(&iothreads) }
            try virtio.bind(&x)
            if x.isWriting { try x.iothreadMappings(&iothreads) }
            guard x.isReading else { return }
            // None is said is as many as QEMU takes.
            if queues == 0 { queues = nil }
            if commandsPerLUN == 0 { commandsPerLUN = nil }
            if maxSectors == 0 { maxSectors = nil }
            if iothread == 0 { iothread = nil }
        }
    }
}

extension ControllerDevice {
    /// What QEMU calls its PCI controllers.
    private static let pciModelNames: Set<String> = [
        "pci-bridge", "i82801b11-bridge", "ioh3420", "x3130-upstream", "xio3130-downstream", "pxb",
        "pxb-pcie",
        "pcie-root-port", "spapr-pci-host-bridge", "pcie-pci-bridge",
    ]
}

extension ControllerDevice.Kind {
    /// The models that documents know for a type.
    fileprivate var models: Set<String> {
        switch self {
        case .ide: ["piix3", "piix4", "ich6"]
        case .scsi: Self.scsiModels
        case .usb: Self.usbModels
        case .pci: Self.pciModels
        case .virtioSerial: ["virtio", "virtio-transitional", "virtio-non-transitional"]
        case .fdc, .sata, .ccid, .xenbus, .isa: []
        }
    }

    private static let scsiModels: Set<String> = [
        "auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi", "virtio-scsi", "lsisas1078",
        "virtio-transitional", "virtio-non-transitional", "ncr53c90", "dc390", "am53c974",
    ]
    private static let usbModels: Set<String> = [
        "piix3-uhci", "piix4-uhci", "ehci", "ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3",
        "vt82c686b-uhci", "pci-ohci", "nec-xhci", "qusb1", "qusb2", "qemu-xhci", "none",
    ]
    private static let pciModels: Set<String> = [
        "pci-root", "pcie-root", "pci-bridge", "dmi-to-pci-bridge", "pcie-root-port",
        "pcie-switch-upstream-port", "pcie-switch-downstream-port", "pci-expander-bus", "pcie-expander-bus",
        "pcie-to-pci-bridge",
    ]
}
