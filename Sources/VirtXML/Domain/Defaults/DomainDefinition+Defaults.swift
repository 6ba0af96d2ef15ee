import Virt
import XMLBinding

/// What the general defaults need to know of the world outside of the document.
public struct GeneralDefaults {
    /// The architecture of a guest that names none.
    public var arch: String
    /// Makes an address for a network card that has none.
    public var newMAC: () -> MACAddress
    /// How many disks and devices a SCSI controller takes: 7, or 16 where the bus is wide.
    public var scsiUnits: UInt32 = 7
    /// The video card of a guest that has graphics but names no card.
    public var videoModel: VideoDevice.Kind = .cirrus

    /// Whether a whole machine's first console and first serial port are one.
    public var pairsConsoles = true

    public init(arch: String, newMAC: @escaping () -> MACAddress) {
        self.arch = arch
        self.newMAC = newMAC
    }
}

extension DomainDefinition {
    /// Fills in what any hypervisor would: the part of libvirt's post-parse step that is the same for all.
    ///
    /// A driver calls this whole, or the steps one by one with its own in between.
    public mutating func fillGeneralDefaults(_ defaults: GeneralDefaults) throws(XMLError) {
        if uuid == nil { uuid = .random() }
        fillOperatingSystem(arch: defaults.arch)
        try fillMemory()
        try fillVCPUs()
        fillLifecycle()
        fillDeviceDefaults(defaults)
        fillSources()
        fillConsoles(paired: defaults.pairsConsoles)
        devices.numberControllers()
        try devices.fillDisks(scsiUnits: defaults.scsiUnits)
        devices.fillHostdevAddresses(scsiUnits: defaults.scsiUnits)
        devices.addImplicitControllers()
        devices.fillSmartcardAddresses()
        fillVideo(model: defaults.videoModel)
        fillBootOrder()
    }

    /// Names the architecture.
    public mutating func fillOperatingSystem(arch: String) {
        if os.arch == nil { os.arch = arch }
        if os.`init`.program == nil, os.type == "exe" { os.`init`.program = "/sbin/init" }
    }

    /// The total is what the NUMA cells add up to, if there are any; the balloon leaves all of it.
    public mutating func fillMemory() throws(XMLError) {
        let cells = cpu?.numa?.cells ?? []
        var sum: UInt64 = 0
        for cell in cells {
            let (next, overflow) = sum.addingReportingOverflow(cell.memory?.bytes ?? 0)
            if overflow { throw XMLError(.overflow, "the memory of the NUMA cells is too large") }
            sum = next
        }
        if !cells.isEmpty {
            for device in devices.memories {
                sum = sum.addingReportingOverflow(device.target.size?.bytes ?? 0).partialValue
            }
            memory.total = ByteSize(bytes: sum)
        }
        guard let total = memory.total, total.bytes > 0 else {
            throw XMLError(.xml, "Memory size must be specified via <memory> or in the <numa> configuration")
        }
        memory.current = min(memory.current.flatMap { $0.bytes > 0 ? $0 : nil } ?? total, total)
        if let maximum = memory.maximum, maximum < total {
            throw XMLError(
                .xml, "maximum memory size must be equal or greater than the actual memory size")
        }
    }

    /// Says where CPUs may run, and forgets pins of CPUs that don't exist.
    public mutating func fillVCPUs() throws(XMLError) {
        if vcpu.placement == nil {
            vcpu.placement = numatune?.memory?.placement == .auto && vcpu.cpuset == nil ? .auto : .static
        }
        if vcpu.placement == .auto {
            vcpu.cpuset = nil
            if numatune?.memory == nil { fillAutomaticMemory() }
        }
        try vcpu.checkLimit()
        try fillEachVCPU()
        if let current = vcpu.current {
            if current > vcpu.maximum {
                throw XMLError(.unsupported, "maximum vCPU count must not be less than current vCPU count")
            }
            if current == vcpu.maximum { vcpu.current = nil }
        }
        let count = vcpu.maximum
        try cpu?.numa?.fillCPUs(count: count)
        try cpu?.numa?.checkAttributes()
        cputune?.limit(toVCPUs: count)
        if cputune == CPUTune() { cputune = nil }
    }

    /// Memory comes from where the CPUs are.
    private mutating func fillAutomaticMemory() {
        var memory = NUMATune.Memory()
        (memory.mode, memory.placement) = (.strict, .auto)
        var tune = numatune ?? NUMATune()
        tune.memory = memory
        numatune = tune
    }

    public mutating func fillLifecycle() {
        onPoweroff = onPoweroff ?? .destroy
        onReboot = onReboot ?? .restart
        onCrash = onCrash ?? .destroy
    }

    /// A whole machine boots from its first disk, unless a device or the document says otherwise.
    public mutating func fillBootOrder() {
        guard os.type == "hvm", os.boot.isEmpty, bootloader == nil else { return }
        if !devices.haveInfo(where: { $0.boot != nil }) { os.boot = [.hd] }
    }

    var isX86: Bool { os.arch == "x86_64" || os.arch == "i686" }
    var isS390: Bool { os.arch == "s390x" || os.arch == "s390" }
}
