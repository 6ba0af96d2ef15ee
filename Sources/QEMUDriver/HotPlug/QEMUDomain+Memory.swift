import DriverKit
import JSON
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func setMemory(memory: UInt64) async throws(VirtError) {
        try await setMemoryFlags(memory: memory, flags: .live)
    }

    func setMaxMemory(memory: UInt64) async throws(VirtError) {
        try await setMemoryFlags(memory: memory, flags: .maximum)
    }

    func setMemoryFlags(memory: UInt64, flags: DomainMemoryModFlags) async throws(VirtError) {
        try flags.require([.live, .config, .maximum], in: "qemuDomainSetMemoryFlags", from: .qemu)
        guard let size = ByteSize(kibibytes: memory) else {
            throw VirtError(.overflow, "\(memory) KiB of memory", from: .qemu)
        }
        try await withJob(.modify, "memory") { (domain: isolated QEMUDomain) async throws(VirtError) in
            let now = domain.snapshot
            let impact = try DomainModificationImpact(flags)
                .resolved(isActive: now.isActive, isPersistent: now.isPersistent)
            if flags.contains(.maximum), impact.contains(.live) {
                throw VirtError(
                    .operationInvalid, "cannot resize the maximum memory on an active domain", from: .qemu)
            }
            var persistent = now.persistent
            if impact.contains(.config) {
                try persistent?.setMemory(size, isMaximum: flags.contains(.maximum))
            }
            if impact.contains(.live) { try await domain.setBalloon(size) }
            if impact.contains(.config), let persistent { try await domain.keep(persistent) }
        }
    }

    private func setBalloon(_ size: ByteSize) async throws(VirtError) {
        guard let live = snapshot.live else { return }
        if let total = live.memory.total, size > total {
            throw VirtError(.invalidArg, "cannot set memory higher than max memory", from: .qemu)
        }
        guard let balloon = live.devices.memballoon, balloon.model != .none else {
            throw VirtError(
                .operationInvalid,
                "Unable to change memory of active domain without the balloon device and guest OS balloon driver",
                from: .qemu)
        }
        try await ask("balloon", ["value": .init(size.bytes)])
        publish { $0.live?.memory.current = size }
        saveRecordSoon()
    }

    func setMemoryStatsPeriod(period: Int32, flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetMemoryStatsPeriod", from: .qemu)
        guard let seconds = UInt32(exactly: period) else {
            throw .refused(
                "virDomainSetMemoryStatsPeriod", "period",
                "period in virDomainSetMemoryStatsPeriod must be zero or greater")
        }
        try await withJob(.modify, "memory statistics") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            let now = domain.snapshot
            let impact = try flags.resolved(isActive: now.isActive, isPersistent: now.isPersistent)
            var persistent = now.persistent
            if impact.contains(.config) { try persistent?.setStatsPeriod(seconds) }
            if impact.contains(.live), var live = now.live {
                try live.setStatsPeriod(seconds)
                let alias = live.devices.memballoon?.info.alias ?? ""
                try await domain.ask(
                    "qom-set",
                    [
                        "path": .string("/machine/peripheral/\(alias)"),
                        "property": "guest-stats-polling-interval",
                        "value": .init(seconds),
                    ])
                domain.publish { $0.live = live }
            }
            if impact.contains(.config), let persistent { try await domain.keep(persistent) }
        }
    }
}

extension DomainDefinition {
    fileprivate mutating func setMemory(_ size: ByteSize, isMaximum: Bool) throws(VirtError) {
        if isMaximum {
            memory.total = size
            memory.current = memory.current.map { min($0, size) }
        } else if let total = memory.total, size > total {
            throw VirtError(.invalidArg, "cannot set memory higher than max memory", from: .qemu)
        } else {
            memory.current = size
        }
    }

    fileprivate mutating func setStatsPeriod(_ seconds: UInt32) throws(VirtError) {
        guard devices.memballoon?.model == .virtio else {
            throw VirtError(
                .operationInvalid, "Memory balloon model must be virtio to set the collection period",
                from: .qemu)
        }
        devices.memballoon?.statsPeriod = seconds == 0 ? nil : seconds
    }
}
