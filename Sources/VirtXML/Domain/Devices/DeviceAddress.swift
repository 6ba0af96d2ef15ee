import Virt
import XMLBinding

/// Where a device sits in the guest.
public enum DeviceAddress: Equatable, Sendable {
    case pci(PCIAddress)
    case drive(DriveAddress)
    case virtioSerial(VirtioSerialAddress)
    case ccid(CCIDAddress)
    case usb(USBAddress)
    case spaprVIO(SpaprVIOAddress)
    case ccw(CCWAddress)
    case virtioMMIO
    case virtioS390
    case isa(ISAAddress)
    case dimm(DIMMAddress)
    /// The device is taken from the host but not shown to the guest.
    case unassigned

    /// The address's kind, as its `type` attribute says it.
    public enum Kind: String, XMLWord {
        case pci, drive, ccid, usb, ccw, isa, dimm, unassigned
        case virtioSerial = "virtio-serial"
        case spaprVIO = "spapr-vio"
        case virtioMMIO = "virtio-mmio"
        case virtioS390 = "virtio-s390"
    }

    public var kind: Kind {
        switch self {
        case .pci: .pci
        case .drive: .drive
        case .virtioSerial: .virtioSerial
        case .ccid: .ccid
        case .usb: .usb
        case .spaprVIO: .spaprVIO
        case .ccw: .ccw
        case .virtioMMIO: .virtioMMIO
        case .virtioS390: .virtioS390
        case .isa: .isa
        case .dimm: .dimm
        case .unassigned: .unassigned
        }
    }

    /// The PCI address, if it is one.
    public var pci: PCIAddress? {
        if case .pci(let address) = self { address } else { nil }
    }

    /// The drive address, if it is one.
    public var drive: DriveAddress? {
        if case .drive(let address) = self { address } else { nil }
    }

    /// An address of a kind with nothing said about where.
    public init(_ kind: Kind) {
        self =
            switch kind {
            case .pci: .pci(PCIAddress())
            case .drive: .drive(DriveAddress())
            case .virtioSerial: .virtioSerial(VirtioSerialAddress())
            case .ccid: .ccid(CCIDAddress())
            case .usb: .usb(USBAddress())
            case .spaprVIO: .spaprVIO(SpaprVIOAddress())
            case .ccw: .ccw(CCWAddress())
            case .virtioMMIO: .virtioMMIO
            case .virtioS390: .virtioS390
            case .isa: .isa(ISAAddress())
            case .dimm: .dimm(DIMMAddress())
            case .unassigned: .unassigned
            }
    }
}

extension DeviceAddress: XMLElement {
    public init() { self = .unassigned }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var kind = kind
        try x.attribute("type", &kind)
        if x.isReading { self = DeviceAddress(kind) }
        switch self {
        case .pci(var address): try bind(&address, &x, DeviceAddress.pci)
        case .drive(var address): try bind(&address, &x, DeviceAddress.drive)
        case .virtioSerial(var address): try bind(&address, &x, DeviceAddress.virtioSerial)
        case .ccid(var address): try bind(&address, &x, DeviceAddress.ccid)
        case .usb(var address): try bind(&address, &x, DeviceAddress.usb)
        case .spaprVIO(var address): try bind(&address, &x, DeviceAddress.spaprVIO)
        case .ccw(var address): try bind(&address, &x, DeviceAddress.ccw)
        case .isa(var address): try bind(&address, &x, DeviceAddress.isa)
        case .dimm(var address): try bind(&address, &x, DeviceAddress.dimm)
        case .virtioS390:
            if x.isReading { throw x.fault("virtio-s390 bus doesn't have an address") }
        case .virtioMMIO, .unassigned: break
        }
    }

    private mutating func bind<Address: XMLElement>(
        _ address: inout Address, _ x: inout XMLBinder, _ wrap: (Address) -> DeviceAddress
    ) throws(XMLError) {
        try address.bind(&x)
        self = wrap(address)
    }
}
