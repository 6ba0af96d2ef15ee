import JSON

/// What runs the guest's instructions.
package enum QEMUAccelerator: String, Sendable, CaseIterable {
    case kvm
    case hvf
    case tcg
}

/// What a binary offers with one accelerator.
package struct QEMUAcceleration: Sendable, Equatable {
    /// The machine types, in QEMU's order.
    package var machines: [QEMUMachine] = []
    /// The CPU models, in QEMU's order.
    package var cpuModels: [QEMUCPUModel] = []
    /// The properties of the CPU that the host offers (`host` or `max`), as QEMU expands it.
    package var hostCPU: JSONObject = [:]
    /// The same with what can't be migrated.
    package var wholeHostCPU: JSONObject = [:]
    /// The model whose properties ``hostCPU`` changes; `base` on x86.
    package var hostCPUModel: String?

    /// Features of ``hostCPU`` that go out of use.
    package var deprecatedFeatures: Set<String> = []

    package init() {}

    package init(_ exchanges: ArraySlice<QEMUExchange>) {
        for exchange in exchanges {
            switch exchange.command {
            case "query-machines": machines = exchange.result?.array?.compactMap(QEMUMachine.init) ?? []
            case "query-cpu-definitions":
                cpuModels = exchange.result?.array?.compactMap(QEMUCPUModel.init) ?? []
            case "query-cpu-model-expansion": takeExpansion(exchange)
            default: break
            }
        }
    }

    /// Of the expansions the first counts: the one of the CPU as it is, with what can be migrated.
    private mutating func takeExpansion(_ exchange: QEMUExchange) {
        guard let model = exchange.result?["model"] else { return }
        let asked = exchange.arguments?["model"]?["props"]
        if asked?["migratable"]?.bool == false, asked?["hv-passthrough"] == nil {
            wholeHostCPU = model["props"]?.object ?? [:]
        }
        guard hostCPUModel == nil else { return }
        hostCPUModel = model["name"]?.string
        hostCPU = model["props"]?.object ?? [:]
        deprecatedFeatures = Set(exchange.result?["deprecated-props"]?.array?.compactMap(\.string) ?? [])
    }

    /// The machine with this full name or alias.
    package func machine(named name: String) -> QEMUMachine? {
        machines.first { $0.alias == name } ?? machines.first { $0.name == name }
    }

    /// The machine that is taken if a guest of the architecture names none.
    package func defaultMachine(of architecture: String) -> QEMUMachine? { machines.usual(of: architecture) }
}
