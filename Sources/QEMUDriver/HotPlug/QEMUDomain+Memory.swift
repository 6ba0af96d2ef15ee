import DriverKit
import JSON
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func setLiveMemory(_ size: ByteSize) async throws(VirtError) {
        guard let balloon = snapshot.live?.devices.memballoon, balloon.model != .none else {
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
        try await changeBoth("memory statistics", flags) { (definition, _) throws(VirtError) in
            try definition.setStatsPeriod(seconds)
        } live: { (domain) async throws(VirtError) in
            let alias = domain.snapshot.live?.devices.memballoon?.info.alias ?? ""
            try await domain.setMemoryReports(every: seconds, of: alias)
            return []
        }
    }
}

extension DomainDefinition {
    fileprivate mutating func setStatsPeriod(_ seconds: UInt32) throws(VirtError) {
        guard devices.memballoon?.model == .virtio else {
            throw VirtError(
                .operationInvalid, "Memory balloon model must be virtio to set the collection period",
                from: .qemu)
        }
        devices.memballoon?.statsPeriod = seconds == 0 ? nil : seconds
    }
}
