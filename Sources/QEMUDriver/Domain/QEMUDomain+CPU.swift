import DriverKit
import JSON
import Processors
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    /// Asks QEMU what the guest's CPU really can do, and puts it into the live document.
    func learnCPU() async {
        guard let live = snapshot.live, live.board.isX86, let cpu = live.cpu, cpu.mode == .custom,
            let name = cpu.model?.name, let model = X86Model.named(name),
            let features = try? await features(of: cpu, name)
        else { return }
        publish { now in
            now.run.requestedCPU = cpu
            now.live?.cpu = cpu.resolved(model, features: features)
        }
    }

    /// The features of the guest's CPU: those of the model as it was asked for, less those that the host lacks.
    private func features(of cpu: GuestCPU, _ name: String) async throws(VirtError) -> Set<String> {
        var properties = JSONObject()
        for feature in cpu.features {
            let isOn = feature.policy != .disable && feature.policy != .forbid
            properties.add(X86Features.property(ofFeature: feature.name), .bool(isOn))
        }
        let model: JSONValue = ["name": .string(name), "props": .object(properties)]
        guard
            let expanded = try? await ask("query-cpu-model-expansion", ["type": "full", "model": model])
        else {
            // What this QEMU can't expand has registers all the same.
            let words = try await ask(
                "qom-get", ["path": "/machine/unattached/device[0]", "property": "feature-words"])
            return X86CPUID(featureWords: words).features
        }
        let missing = try await ask(
            "qom-get", ["path": "/machine/unattached/device[0]", "property": "unavailable-features"])
        var found: Set<String> = []
        for (name, value) in expanded["model"]?["props"]?.object?.members ?? [] where value.bool == true {
            if let feature = X86Features.feature(ofProperty: name) { found.insert(feature) }
        }
        let lacking = (missing.array ?? []).compactMap(\.string)
        return found.subtracting(lacking.compactMap { X86Features.feature(ofProperty: $0) })
    }
}

extension GuestCPU {
    /// The CPU with all in which it differs from its model: what was asked for first, then the rest in order.
    func resolved(_ model: X86Model, features: Set<String>) -> GuestCPU {
        var cpu = self
        cpu.check = .full
        cpu.model?.fallback = .forbid
        for index in cpu.features.indices {
            cpu.features[index].policy = features.contains(cpu.features[index].name) ? .require : .disable
        }
        let named = Set(cpu.features.map(\.name))
        for name in X86Features.sorted(features.symmetricDifference(model.features).subtracting(named)) {
            cpu.features.append(CPUFeature(name, features.contains(name) ? .require : .disable))
        }
        return cpu
    }
}
