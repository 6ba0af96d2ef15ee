import ByteText
import JSON
import Processors
import VirtXML

extension QEMUCommandLine {
    mutating func addCPU() throws(ConfigurationError) {
        try checkCPUWords()
        var text = OptionText(try cpuModel ?? "")
        addFeatures(to: &text)
        addClocks(to: &text)
        addParavirtualization(to: &text)
        addHyperV(to: &text)
        addKVM(to: &text)
        addCaches(to: &text)
        addAddressSize(to: &text)
        guard !text.text.isEmpty else { return }
        let isAsked = domain.cpu?.mode != nil
        try arguments.add(
            "-cpu", text, from: isAsked ? .element("cpu") : .roost("the machine's own CPU has settings"))
    }

    /// `-cpu` is taken apart at every comma: none can be part of a value, nor a sign of equality of a name.
    private func checkCPUWords() throws(ConfigurationError) {
        let names = (domain.cpu?.features.map(\.name) ?? []) + [domain.cpu?.model?.name ?? ""]
        let values = [domain.cpu?.model?.vendorID, domain.features.hyperv?.vendorIDValue].compactMap { $0 }
        let wrong = names.first { $0.contains(anyByteOf: ",=") } ?? values.first { $0.contains(byte: ",") }
        if let wrong { throw .unsupported("'\(wrong)' can't be part of a CPU: QEMU would take it apart") }
    }

    private var cpuModel: String? {
        get throws(ConfigurationError) {
            guard let cpu = domain.cpu, let mode = cpu.mode else {
                return try assumedModel
            }
            switch mode {
            case .hostPassthrough: return "host"
            case .maximum: return "max"
            case .hostModel where domain.board.isPPC: return "host"
            case .hostModel: return "host"
            case .custom:
                if let name = cpu.model?.name { return name }
                return try assumedModel
            }
        }
    }

    /// The model of a CPU that isn't named, where something must be said of it.
    private var assumedModel: String? {
        get throws(ConfigurationError) {
            guard hasSettings else { return nil }
            let arch = domain.os.arch ?? ""
            guard let model = guest.defaultCPUModel, domain.board.hasKnownCPUs else {
                throw .unsupported("CPU flags requested but can't determine default CPU for arch \(arch)")
            }
            return model
        }
    }

    /// Whether something must be said of a CPU that isn't named.
    private var hasSettings: Bool {
        let features = domain.features
        return features.hyperv != nil || features.kvm?.hidden != nil || features.apic?.eoi != nil
            || features.pvspinlock != nil || features.pmu != nil || domain.timer(.kvmclock) != nil
            || domain.timer(.hypervclock) != nil || domain.timer(.tsc)?.frequency != nil
    }

    private func addFeatures(to text: inout OptionText) {
        guard let cpu = domain.cpu else { return }
        if let vendor = cpu.model?.vendorID { text.add("vendor", vendor) }
        if domain.board.architecture == "x86_64", cpu.mode == .hostPassthrough || cpu.mode == .maximum {
            text.add("migratable", on: cpu.migratable)
        }
        // A 64-bit processor runs a guest of 32 bits.
        if domain.os.arch == "armv7l", guest.qemu.architecture == "aarch64", cpu.mode == .hostPassthrough {
            text.add("aarch64", on: false)
        }
        for feature in cpu.features {
            switch feature.policy {
            case .force, .require, nil: text.add(qemuName(feature), on: true)
            case .disable, .forbid: text.add(qemuName(feature), on: false)
            case .optional: break
            }
        }
    }

    /// QEMU's own spelling: of x86 features it knows documents' only as other names, those of s390 it has as they are.
    private func qemuName(_ feature: CPUFeature) -> String {
        domain.board.isX86 ? X86Features.property(ofFeature: feature.name) : feature.name
    }

    private func addClocks(to text: inout OptionText) {
        for (index, timer) in domain.clock.timers.enumerated() {
            text.from(.one("clock/timer", index)) { add(timer, to: &$0) }
        }
    }

    private func add(_ timer: ClockTimer, to text: inout OptionText) {
        switch timer.name {
        case .kvmclock: text.add("kvmclock", on: timer.present)
        case .hypervclock where timer.present == true: text.add("hv-time", on: true)
        case .tsc: text.add("tsc-frequency", timer.frequency)
        case .armvtimer where timer.tickPolicy != nil:
            text.add("kvm-no-adjvtime", on: timer.tickPolicy == .delay)
        default: break
        }
    }

    private func addParavirtualization(to text: inout OptionText) {
        text.from("features/apic") { $0.add("kvm-pv-eoi", on: domain.features.apic?.eoi) }
        text.from("features/pvspinlock") { $0.add("kvm-pv-unhalt", on: domain.features.pvspinlock) }
    }

    private func addHyperV(to text: inout OptionText) {
        if let hyperv = domain.features.hyperv {
            text.from("features/hyperv") { add(hyperv, to: &$0) }
        }
        if let index = domain.devices.panics.firstIndex(where: { $0.model == .hyperv }) {
            text.from(.device(PanicDevice.self, index)) { $0.add(word: "hv-crash") }
        }
    }

    private func add(_ hyperv: HyperVFeatures, to text: inout OptionText) {
        if hyperv.mode == .passthrough { text.add("hv-passthrough", on: true) }
        func on(_ name: String, _ state: Bool?) { if state == true { text.add(name, on: true) } }
        on("hv-relaxed", hyperv.relaxed)
        on("hv-vapic", hyperv.vapic)
        if hyperv.spinlocks == true {
            text.add("hv-spinlocks", "0x" + String(hyperv.spinlockRetries ?? 0, radix: 16))
        }
        on("hv-vpindex", hyperv.vpindex)
        on("hv-runtime", hyperv.runtime)
        on("hv-synic", hyperv.synic)
        on("hv-stimer", hyperv.stimer)
        on("hv-stimer-direct", hyperv.stimer == true ? hyperv.stimerDirect : nil)
        on("hv-reset", hyperv.reset)
        if hyperv.vendorID == true { text.add("hv-vendor-id", hyperv.vendorIDValue) }
        on("hv-frequencies", hyperv.frequencies)
        on("hv-reenlightenment", hyperv.reenlightenment)
        on("hv-tlbflush", hyperv.tlbflush)
        on("hv-tlbflush-direct", hyperv.tlbflush == true ? hyperv.tlbflushDirect : nil)
        on("hv-tlbflush-ext", hyperv.tlbflush == true ? hyperv.tlbflushExtended : nil)
        on("hv-ipi", hyperv.ipi)
        on("hv-evmcs", hyperv.evmcs)
        on("hv-avic", hyperv.avic)
        on("hv-emsr-bitmap", hyperv.emsrBitmap)
        on("hv-xmm-input", hyperv.xmmInput)
    }

    private func addKVM(to text: inout OptionText) {
        if let kvm = domain.features.kvm {
            text.from("features/kvm") { text in
                if kvm.hidden == true { text.add("kvm", on: false) }
                if kvm.hintDedicated == true { text.add("kvm-hint-dedicated", on: true) }
                if kvm.pollControl == true { text.add("kvm-poll-control", on: true) }
                if kvm.pvIPI == false { text.add("kvm-pv-ipi", on: false) }
            }
        }
        if !domain.board.isPPC { text.from("features/pmu") { $0.add("pmu", on: domain.features.pmu) } }
    }

    private func addCaches(to text: inout OptionText) {
        guard let cache = domain.cpu?.cache else { return }
        let isHost = domain.cpu?.mode == .hostPassthrough || domain.cpu?.mode == .maximum
        switch cache.mode {
        case .disable:
            if isHost { text.add("host-cache-info", on: false) }
            text.add("l3-cache", on: false)
        case .emulate:
            text.add("l3-cache", on: true)
            if isHost { text.add("host-cache-info", on: false) }
        case .passthrough:
            text.add("host-cache-info", on: true)
            text.add("l3-cache", on: false)
        }
    }

    private func addAddressSize(to text: inout OptionText) {
        guard let size = domain.cpu?.maxPhysAddr else { return }
        switch size.mode {
        case .passthrough:
            text.add("host-phys-bits", on: true)
            text.add("host-phys-bits-limit", size.limit)
        case .emulate:
            if let bits = size.bits, bits > 0 {
                text.add("phys-bits", bits)
            } else {
                text.add("host-phys-bits", on: false)
            }
        }
    }
}

extension QEMUGuest {
    /// The model that the machine has if none is named, without QEMU's suffix of its class.
    var defaultCPUModel: String? {
        guard let type = machine?.defaultCPU else { return nil }
        let known = acceleration?.cpuModels.filter { $0.type == type }.map(\.name) ?? []
        let plain = known.first { type.hasBytePrefix($0 + "-") && !domain.board.isPPC } ?? known.first
        guard let plain else { return nil }
        // POWER's own models are written in capitals.
        return plain.hasBytePrefix("power") ? plain.uppercased() : plain
    }
}
