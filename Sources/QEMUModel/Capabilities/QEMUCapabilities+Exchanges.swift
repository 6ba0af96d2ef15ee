import ByteText
import JSON

extension QEMUCapabilities {
    /// What `emulator` can do according to its answers. A second conversation (it starts with another
    /// `qmp_capabilities`) is the one without hardware acceleration. QEMU doesn't tell whether the host offers
    /// Apple's hypervisor, so that is told by `hostHasHVF`.
    package init(
        emulator: String, exchanges: [QEMUExchange], hostHasHVF: Bool = false
    ) throws(QEMUProbeError) {
        let conversations = Self.split(exchanges)
        guard let first = conversations.first else {
            throw .incomplete(emulator: emulator, "it said nothing")
        }
        guard let version = QEMUVersion(Self.result(of: "query-version", in: first)) else {
            throw .incomplete(emulator: emulator, "it did not tell its version")
        }
        self.emulator = emulator
        self.version = version
        architecture = try Self.architecture(of: emulator, first)
        for exchange in first { take(exchange) }
        takeAccelerations(conversations, hostHasHVF)
    }

    package static func split(_ exchanges: [QEMUExchange]) -> [ArraySlice<QEMUExchange>] {
        exchanges.split(omittingEmptySubsequences: true) { $0.command == "qmp_capabilities" }
    }

    package static func result(of command: String, in conversation: ArraySlice<QEMUExchange>) -> JSONValue? {
        conversation.first { $0.command == command }?.result
    }

    /// The architecture that a binary told, in libvirt's words.
    package static func architecture(
        of emulator: String, _ conversation: ArraySlice<QEMUExchange>
    ) throws(QEMUProbeError) -> String {
        guard let target = result(of: "query-target", in: conversation)?["arch"]?.string else {
            throw .incomplete(emulator: emulator, "it did not tell its architecture")
        }
        return architecture(ofTarget: target)
    }

    /// libvirt's name for what QEMU calls `arm`, `i386` …
    package static func architecture(ofTarget target: String) -> String {
        switch target {
        case "arm": "armv7l"
        case "i386": "i686"
        case "or32": "or32"
        default: target
        }
    }

    private mutating func takeAccelerations(
        _ conversations: [ArraySlice<QEMUExchange>], _ hostHasHVF: Bool
    ) {
        guard let first = conversations.first else { return }
        if QEMUQuestions.usesKVM(first) {
            accelerations[.kvm] = QEMUAcceleration(first)
        } else if hostHasHVF {
            accelerations[.hvf] = QEMUAcceleration(first)
        }
        guard let plain = conversations.dropFirst().first ?? (accelerations.isEmpty ? first : nil) else {
            return
        }
        if has(QEMUQuestions.emulation) || accelerations.isEmpty {
            accelerations[.tcg] = QEMUAcceleration(plain)
        }
    }

    private mutating func take(_ exchange: QEMUExchange) {
        guard let result = exchange.result else { return }
        switch exchange.command {
        case "query-qmp-schema": schema = QMPSchema(result)
        case "qom-list-types": types = Set(result.array?.compactMap { $0["name"]?.string } ?? [])
        case "device-list-properties", "qom-list-properties": takeProperties(exchange, result)
        case "query-command-line-options": takeOptions(result)
        case "query-tpm-models": tpmModels = result.array?.compactMap(\.string) ?? []
        case "query-tpm-types": tpmTypes = result.array?.compactMap(\.string) ?? []
        case "query-migrate-capabilities":
            migrationCapabilities = Set(result.array?.compactMap { $0["capability"]?.string } ?? [])
        case "query-cpu-model-expansion": takeHyperV(exchange, result)
        case "query-gic-capabilities": gics = result.array?.compactMap(QEMUInterruptController.init) ?? []
        case "query-sev-capabilities": sev = result
        case "query-sgx-capabilities": sgx = result
        default: break
        }
    }

    private mutating func takeProperties(_ exchange: QEMUExchange, _ result: JSONValue) {
        guard let type = exchange.arguments?["typename"]?.string else { return }
        var known = properties[type] ?? [:]
        for property in result.array ?? [] {
            guard let name = property["name"]?.string else { continue }
            known[name] = property["default-value"] ?? .null
        }
        properties[type] = known
    }

    /// Enlightenments stand in the expansion of the CPU that has all that the host offers.
    private mutating func takeHyperV(_ exchange: QEMUExchange, _ result: JSONValue) {
        guard exchange.arguments?["model"]?["props"]?["hv-passthrough"]?.bool == true,
            let properties = result["model"]?["props"]?.object
        else { return }
        hypervFeatures = Self.hypervWords.filter { word in
            let property = properties["hv-" + word.replacing(byte: "_", with: "-")]
            return property.map { $0.bool ?? true } ?? false
        }
    }

    private static let hypervWords = [
        "relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer", "reset", "vendor_id",
        "frequencies",
        "reenlightenment", "tlbflush", "ipi", "evmcs", "avic", "emsr_bitmap", "xmm_input",
    ]

    private mutating func takeOptions(_ result: JSONValue) {
        for option in result.array ?? [] {
            guard let name = option["option"]?.string else { continue }
            let parameters = option["parameters"]?.array?.compactMap { $0["name"]?.string }
            options[name, default: []].formUnion(parameters ?? [])
        }
    }
}

extension QEMUInterruptController {
    init?(_ entry: JSONValue) {
        guard let version = entry["version"]?.int else { return nil }
        self.version = version
        isInKernel = entry["kernel"]?.bool ?? false
        isEmulated = entry["emulated"]?.bool ?? false
    }
}
