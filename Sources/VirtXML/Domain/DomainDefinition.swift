import ByteText
import Virt
import XMLBinding

/// A domain: everything that is said about a virtual machine.
///
/// Read with `init(xml:options:)`, write with `xml(options:)`. With `.inactive` only what belongs to the
/// persistent definition is read or written; without `.secure` passwords are left out.
public struct DomainDefinition: XMLRoot {
    public static let elementName: StaticString = "domain"

    public var type: VirtType = .qemu
    /// The number of the running domain; nil if it isn't running.
    public var id: Int32?
    public var name = ""
    public var uuid: UUID?
    @Boxed public var genid: GenerationID?
    public var title: String?
    public var description: String?
    public var metadata: Metadata?
    public var memory = DomainMemory()
    @Boxed public var blkiotune: BlkioTune?
    @Boxed public var memtune: MemoryTune?
    @Boxed public var memoryBacking: MemoryBacking?
    public var vcpu = VCPUCount()
    public var vcpus: [VCPU] = []
    public var iothreads = IOThreads()
    @Boxed public var cputune: CPUTune?
    @Boxed public var numatune: NUMATune?
    @Boxed public var resource: ResourcePartition?
    public var sysinfo: [SystemInfo] = []
    public var throttleGroups: [IOTune] = []
    public var bootloader: String?
    public var bootloaderArguments: String?
    public var os = OperatingSystem()
    @Boxed public var idmap: IDMap?
    public var features = DomainFeatures()
    @Boxed public var cpu: GuestCPU?
    public var clock = Clock()
    public var onPoweroff: LifecycleAction?
    public var onReboot: LifecycleAction?
    public var onCrash: LifecycleAction?
    public var onLockFailure: LockFailureAction?
    public var powerManagement = PowerManagement()
    public var perfEvents: [PerfEvent] = []
    public var devices = DomainDevices()
    public var seclabels: [Seclabel] = []
    public var keywrap: [KeyWrapCipher] = []
    @Boxed public var launchSecurity: LaunchSecurity?
    @Boxed public var qemu: QEMUNamespace?
    @Boxed public var lxc: LXCNamespace?
    /// Arguments for Xen's and bhyve's programs beside what libvirt knows.
    public var xenArguments: [String] = []
    public var bhyveArguments: [String] = []
    public var vmwareDatacenterPath: String?

    public init() {}

    /// The kind of hypervisor.
    public enum VirtType: String, XMLWord {
        case none, qemu, kqemu, kvm, xen, lxc, uml, openvz, test, vmware, hyperv, vbox, phyp, parallels
        case bhyve, vz, hvf
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        x.gather(
            "blkiotune", "memtune", "memoryBacking", "iothreadids", "cputune", "throttlegroups", "os",
            "idmap",
            "features", "clock", "pm", "perf", "devices", "keywrap")
        try bindRoot(&x)
        try bindIdentity(&x)
        try bindResources(&x)
        try bindMachine(&x)
        try bindLifecycle(&x)
        try x.group("devices") { (x) throws(XMLError) in
            x.expand()
            try devices.bind(&x)
        }
        try bindSecurity(&x)
        try bindNamespaces(&x)
    }

    private mutating func bindRoot(_ x: inout XMLBinder) throws(XMLError) {
        try bindType(&x)
        try bindID(&x)
        if qemu != nil { x.namespace("xmlns:qemu", QEMUNamespace.address) }
        if lxc != nil { x.namespace("xmlns:lxc", LXCNamespace.address) }
        if !xenArguments.isEmpty { x.namespace("xmlns:xen", ArgumentList.xenAddress) }
        if !bhyveArguments.isEmpty { x.namespace("xmlns:bhyve", ArgumentList.bhyveAddress) }
        if vmwareDatacenterPath != nil { x.namespace("xmlns:vmware", ArgumentList.vmwareAddress) }
    }

    private mutating func bindType(_ x: inout XMLBinder) throws(XMLError) {
        var text = type.rawValue
        try x.attribute("type", &text, .unlessEmpty, orElse: "missing domain type attribute", .internalError)
        guard x.isReading else { return }
        guard let known = VirtType(rawValue: text) else {
            throw x.fault("invalid domain type \(text)", .unsupported, attribute: "type", value: text)
        }
        type = known
    }

    private mutating func bindID(_ x: inout XMLBinder) throws(XMLError) {
        var shown = x.options.contains(.inactive) ? nil : id
        try x.attribute("id", &shown, .orNone)
        if x.isReading { id = shown.flatMap { $0 < 0 || x.options.contains(.inactive) ? nil : $0 } }
    }

    private mutating func bindIdentity(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("name", &name)
        try bindUUID(&x)
        try x.atMost(1, "genid", orElse: "element 'genid' can only appear once")
        try x.element("genid", &genid)
        try x.value("title", &title)
        try x.value("description", &description)
        try x.element("metadata", &metadata)
        if x.isReading, metadata?.entries.isEmpty == true { metadata = nil }
        if x.isReading { try checkIdentity(x) }
    }

    private mutating func bindUUID(_ x: inout XMLBinder) throws(XMLError) {
        var text = uuid?.description
        try x.value("uuid", &text)
        guard x.isReading, let text else { return }
        guard let parsed = UUID(text) else {
            throw x.fault("malformed uuid element", .internalError, value: text)
        }
        uuid = parsed
    }

    private func checkIdentity(_ x: XMLBinder) throws(XMLError) {
        if name.isEmpty { throw x.fault("missing name information", .noName) }
        if name.contains(byte: "\n") { throw x.fault("name '\(name)' cannot contain '\\n'", value: name) }
        if title?.contains(byte: "\n") == true { throw x.fault("Domain title can't contain newlines") }
    }

    private mutating func bindResources(_ x: inout XMLBinder) throws(XMLError) {
        try memory.bind(&x)
        try x.element("blkiotune", &blkiotune)
        if blkiotune == BlkioTune() { blkiotune = nil }
        try x.element("memtune", &memtune)
        if memtune == MemoryTune() { memtune = nil }
        try x.element("memoryBacking", &memoryBacking)
        if memoryBacking == MemoryBacking() { memoryBacking = nil }
        try vcpu.bindElement(&x)
        try x.group("vcpus") { (x) throws(XMLError) in
            try checkVCPUNumbers(x)
            try x.elements("vcpu", &vcpus)
        }
        try iothreads.bind(&x)
        let threads = Set(iothreads.threads.map(\.id))
        var tune = cputune ?? CPUTune()
        try x.group("cputune") { (x) throws(XMLError) in try tune.bind(&x, threads: threads) }
        cputune = tune == CPUTune() ? nil : tune
        try x.atMost(1, "numatune", orElse: "only one numatune is supported")
        let cells = x.node?.children.first { $0.name == "cpu" }?.children.first { $0.name == "numa" }?
            .children
        var nodes = numatune ?? NUMATune()
        try x.group("numatune") { (x) throws(XMLError) in
            try nodes.bind(&x, hasCells: x.isWriting || cells?.contains { $0.name == "cell" } == true)
        }
        numatune = nodes
        if numatune == NUMATune() { numatune = nil }
        try x.atMost(1, "resource", orElse: "only one resource element is supported")
        try x.element("resource", &resource)
    }

    private mutating func bindMachine(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("sysinfo", &sysinfo)
        if x.isReading {
            for index in sysinfo.indices { try sysinfo[index].settle(x) }
            // A guest that is told an identity, and has no other, has that one.
            let told = sysinfo.first { $0.type == .smbios }?.system.first { $0.name == "uuid" }?.value
            if uuid == nil { uuid = told.flatMap { UUID($0) } }
            for index in sysinfo.indices where sysinfo[index].type == .smbios {
                for entry in sysinfo[index].system.indices where sysinfo[index].system[entry].name == "uuid" {
                    guard let known = sysinfo[index].system[entry].value.flatMap({ UUID($0) }) else {
                        continue
                    }
                    sysinfo[index].system[entry].value = known.description
                }
            }
        }
        try x.group("throttlegroups") { (x) throws(XMLError) in
            try x.elements("throttlegroup", &throttleGroups)
            try x.require(throttleGroups.allSatisfy { $0.groupName != nil }, "missing group name")
            if let second = throttleGroups.firstRepeated(by: \.groupName) {
                try x.require(false, "duplicate group name '\(second.groupName ?? "")' found")
            }
        }
        try x.value("bootloader", &bootloader)
        try x.value("bootloader_args", &bootloaderArguments)
        try x.element("os", &os)
        if os.type != "exe" { os.`init` = ContainerInit() }
        try x.element("idmap", &idmap)
        if idmap == IDMap() { idmap = nil }
        try x.element("features", &features)
        if x.isReading || cpu?.isSaid == true { try x.element("cpu", &cpu) }
        try x.element("clock", &clock)
    }

    private mutating func bindLifecycle(_ x: inout XMLBinder) throws(XMLError) {
        try x.action("on_poweroff", &onPoweroff)
        try x.action("on_reboot", &onReboot)
        try x.action("on_crash", &onCrash)
        try x.action("on_lockfailure", &onLockFailure)
        if onLockFailure == .default { onLockFailure = nil }
        try x.element("pm", &powerManagement)
        try x.group("perf") { (x) throws(XMLError) in
            try x.elements("event", &perfEvents)
            if let event = perfEvents.firstRepeated(by: \.name) {
                try x.require(false, "perf event '\(event.name)' was already specified")
            }
        }
    }

    private mutating func bindSecurity(_ x: inout XMLBinder) throws(XMLError) {
        try bindLabels(&x)
        try x.group("keywrap") { (x) throws(XMLError) in
            try x.elements("cipher", &keywrap)
            if let cipher = keywrap.firstRepeated(by: \.name) {
                try x.require(
                    false,
                    "A domain definition can have no more than one cipher node with name \(cipher.name.rawValue)",
                    .internalError)
            }
        }
        try x.element("launchSecurity", &launchSecurity)
    }

    /// A label of a model that says nothing of its kind is what the model makes anyway: it is checked, and not kept.
    private mutating func bindLabels(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("seclabel", &seclabels)
        let nodes = x.node?.children.filter { $0.name == "seclabel" } ?? []
        if let twice = nodes.firstRepeated(by: { $0.attribute("model") }) {
            throw x.fault(
                "seclabel for model \(twice.attribute("model") ?? "(null)") is already provided", .malformed)
        }
        for (index, node) in nodes.enumerated().reversed() where index < seclabels.count {
            guard node.attribute("type") == nil, seclabels[index].model != "none" else { continue }
            seclabels.remove(at: index)
        }
    }

    private mutating func bindNamespaces(_ x: inout XMLBinder) throws(XMLError) {
        try QEMUNamespace.bind(&qemu, &x)
        try LXCNamespace.bind(&lxc, &x)
        try ArgumentList.bindXen(&xenArguments, &x)
        try ArgumentList.bindBhyve(&bhyveArguments, &x)
        try x.value("vmware:datacenterpath", &vmwareDatacenterPath, in: ArgumentList.vmwareAddress)
    }
}

extension XMLBinder {
    /// A child that names what to do; libvirt's words for a wrong one.
    fileprivate mutating func action<W: XMLWord>(_ name: StaticString, _ value: inout W?) throws(XMLError) {
        try self.value(name, &value, .refusing("unknown \(name) action: %"))
    }
}
