import JSON
import VirtXML

extension DomainCapabilities.Features {
    package init(_ request: DomainCapabilitiesRequest) {
        self.init()
        let qemu = request.qemu
        gic = Self.gic(request)
        vmcoreinfo = qemu.has("vmcoreinfo")
        genid = qemu.has("vmgenid")
        backingStoreInput = true
        backup = qemu.schema.has("blockdev-reopen")
        asyncTeardown =
            qemu.option("run-with", has: "async-teardown") || qemu.options["async-teardown"] != nil
        s390PV = request.board.isS390 ? qemu.has("s390-pv-guest") : nil
        ps2 = Self.ps2(request)
        sev = .init(qemu.sev, request.encryptedGuests)
        sgx = .init(qemu.sgx)
        hyperv = Self.hyperv(request)
        launchSecurity = Self.launchSecurity(request)
    }

    /// Which interrupt controllers a guest on ARM may have.
    private static func gic(_ request: DomainCapabilitiesRequest) -> DomainCapabilities.Support {
        guard request.board.isARMVirt else { return .init(false) }
        let usable = request.qemu.gics.filter { request.accelerator == .tcg ? $0.isEmulated : $0.isInKernel }
        let versions = Set(usable.map(\.version)).sorted().map(String.init)
        return versions.isEmpty ? .init(false) : .init(true, [.init("version", versions)])
    }

    /// Whether keyboard and mouse can be left out, where the machine has them.
    private static func ps2(_ request: DomainCapabilitiesRequest) -> Bool? {
        request.board.isX86 && request.qemu.has("generic-pc-machine", "i8042")
    }

    private static func hyperv(_ request: DomainCapabilitiesRequest) -> DomainCapabilities.Support? {
        let words = request.qemu.hypervFeatures
        return words.isEmpty || !request.board.isX86 ? nil : .init(true, [.init("features", words)])
    }

    private static func launchSecurity(_ request: DomainCapabilitiesRequest) -> DomainCapabilities.Support {
        let qemu = request.qemu
        var types: [String] = []
        if request.board.isX86, qemu.sev != nil, qemu.has("sev-guest") { types.append("sev") }
        if request.board.isX86, qemu.sev != nil, qemu.has("sev-snp-guest") { types.append("sev-snp") }
        if request.board.isS390, qemu.has("s390-pv-guest") { types.append("s390-pv") }
        return types.isEmpty ? .init(false) : .init(true, [.init("sectype", types)])
    }
}

extension DomainCapabilities.SEV {
    fileprivate init(_ facts: JSONValue?, _ guests: (all: UInt32, registers: UInt32)?) {
        self.init()
        guard let facts else { return }
        supported = true
        (maxGuests, maxESGuests) = (guests?.all, guests?.registers)
        cbitpos = facts["cbitpos"]?.uint.map { UInt32(clamping: $0) }
        reducedPhysBits = facts["reduced-phys-bits"]?.uint.map { UInt32(clamping: $0) }
        cpu0ID = facts["cpu0-id"]?.string
    }
}

extension DomainCapabilities.SGX {
    fileprivate init(_ facts: JSONValue?) {
        self.init()
        guard let facts, facts["sgx"]?.bool == true else { return }
        supported = true
        flc = facts["flc"]?.bool == true ? .yes : .no
        sgx1 = facts["sgx1"]?.bool == true ? .yes : .no
        sgx2 = facts["sgx2"]?.bool == true ? .yes : .no
        let found = facts["sections"]?.array ?? []
        sections = found.compactMap { entry in
            guard let node = entry["node"]?.uint, let size = entry["size"]?.uint else { return nil }
            var section = Section()
            section.node = UInt32(clamping: node)
            section.size = ByteSize(bytes: size)
            return section
        }
        let total = facts["section-size"]?.uint ?? sections.reduce(0) { $0 &+ ($1.size?.bytes ?? 0) }
        sectionSize = ByteSize(bytes: total)
    }
}
