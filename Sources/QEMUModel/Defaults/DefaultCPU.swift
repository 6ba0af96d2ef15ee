import VirtXML

extension DomainDefinition {
    /// Names the CPU of a guest whose document doesn't.
    mutating func fillDefaultCPU(_ qemu: QEMUCapabilities, _ host: QEMUHost) {
        let (board, type) = (board, type)
        if cpu?.mode == .hostPassthrough || cpu?.mode == .maximum { fillHostCPU() }
        if cpu?.mode == .custom, cpu?.check == nil, cpu?.model?.name != nil {
            cpu?.check = type == .kvm && !board.isARM ? .partial : CheckNone.value
        }
        if cpu?.mode == .hostModel, cpu?.check == nil {
            cpu?.check = board.isARM && type == .kvm ? CheckNone.value : .partial
        }
        if cpu?.mode == .hostModel {
            cpu?.match = nil
            if cpu?.model?.name == nil { cpu?.model?.fallback = nil }
            if cpu?.model == CPUModel() { cpu?.model = nil }
        }
        if cpu?.model?.name != nil, cpu?.model?.fallback == nil, cpu?.mode != nil {
            cpu?.model?.fallback = .allow
        }
        guard cpu?.mode == nil || cpu?.mode == .custom && cpu?.model?.name == nil else { return }
        guard let name = defaultCPUName(qemu) else { return forgetEmptyCPU() }
        var filled = cpu ?? GuestCPU()
        filled.mode = .custom
        if name == "host" {
            filled.mode = board.isS390 && type == .kvm ? .hostModel : .hostPassthrough
            filled.check = board.isS390 && type == .kvm ? .partial : CheckNone.value
        } else {
            filled.match = .exact
            filled.check = CheckNone.value
            var model = CPUModel()
            model.name = name
            model.fallback = .forbid
            filled.model = model
        }
        cpu = filled
        if cpu?.mode == .hostPassthrough { fillHostCPU() }
    }

    private mutating func fillHostCPU() {
        if cpu?.check == nil { cpu?.check = CheckNone.value }
        if board.isX86, cpu?.mode == .hostPassthrough, cpu?.migratable == nil {
            let isWide = board.architecture == "x86_64"
            cpu?.migratable = isWide
        }
        cpu?.match = nil
        cpu?.model = nil
    }

    /// What says nothing of a CPU is none.
    private mutating func forgetEmptyCPU() {
        var empty = GuestCPU()
        empty.mode = cpu?.mode
        if cpu == empty { cpu = nil }
    }

    private func defaultCPUName(_ qemu: QEMUCapabilities) -> String? {
        let guest = QEMUGuest(
            domain: self, qemu: qemu,
            resources: QEMUResources(domainFolder: "", shortName: "", monitorDescriptor: 0))
        if !board.hasKnownCPUs { return nil }
        if type == .kvm, board.isARM || board.isRISCV { return nil }
        if type == .kvm, board.isS390 { return "host" }
        return guest.defaultCPUModel
    }
}

/// Spelled out, since `.none` of an optional would be no check rather than the check called `none`.
enum CheckNone { static let value = GuestCPU.Check.none }
