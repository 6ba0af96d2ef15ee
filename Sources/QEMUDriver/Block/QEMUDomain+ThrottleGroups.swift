import ByteText
import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Groups of limits, which disks pass through by their filters.
extension QEMUDomain {
    func setThrottleGroup(
        group: String, parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetThrottleGroup", from: .qemu)
        let wanted = try IOTuneChange(parameters, greatest: IOTune.greatest, from: .qemu)
        try await changeBoth("set a throttle group", flags) { (definition, _) throws(VirtError) in
            try definition.set(group, wanted)
        } live: { (domain) async throws(VirtError) in
            let former = domain.snapshot.live?.throttleGroup(group)
            var tune = try wanted.changed(former)
            tune?.groupName = group
            let id = DomainDefinition.throttleGroup(group)
            let limits = (tune ?? IOTune()).groupLimits
            if former?.isNothingButName == false {
                try await domain.ask(
                    "qom-set", ["path": .string("/objects/" + id), "property": "limits", "value": limits])
            } else {
                try await domain.ask(
                    "object-add", ["qom-type": "throttle-group", "id": .string(id), "limits": limits])
            }
            let told = wanted.told(of: group).dropFirst()
            let named = TypedParameter("blkdeviotune.group_name", .string(group))
            let reference = domain.snapshot.reference
            return [
                .domainTunable(DomainTunableEvent(domain: reference, parameters: [named] + told))
            ]
        }
    }

    func delThrottleGroup(group: String?, flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainDelThrottleGroup", from: .qemu)
        guard let group else { throw .null("group", in: "virDomainDelThrottleGroup") }
        try await changeBoth("remove a throttle group", flags) { (definition, _) throws(VirtError) in
            try definition.removeThrottleGroup(group)
        } live: { (domain) async throws(VirtError) in
            try await domain.ask("object-del", ["id": .string(DomainDefinition.throttleGroup(group))])
            return []
        }
    }
}

extension IOTune {
    /// Whether it limits nothing, so that QEMU has no group of it.
    fileprivate var isNothingButName: Bool { Self.limits.allSatisfy { self[keyPath: $0.path] == nil } }
}

extension DomainDefinition {
    fileprivate func throttleGroup(_ name: String) -> IOTune? {
        throttleGroups.first { $0.groupName?.hasSameBytes(as: name) ?? false }
    }

    fileprivate mutating func set(_ group: String, _ wanted: IOTuneChange) throws(VirtError) {
        let index = throttleGroups.firstIndex { $0.groupName?.hasSameBytes(as: group) ?? false }
        var tune = try wanted.changed(index.map { throttleGroups[$0] }) ?? IOTune()
        tune.groupName = group
        if let index { throttleGroups[index] = tune } else { throttleGroups.append(tune) }
    }

    /// - Throws: where a disk still passes through the group.
    fileprivate mutating func removeThrottleGroup(_ name: String) throws(VirtError) {
        let user = devices.disks.first { disk in
            disk.throttleFilters.contains { $0.group.hasSameBytes(as: name) }
        }
        if let user {
            throw VirtError(
                .invalidArg, "throttle group '\(name)' is still being used by disk \(user.target.dev)",
                from: .qemu)
        }
        throttleGroups.removeAll { $0.groupName?.hasSameBytes(as: name) ?? false }
    }
}
