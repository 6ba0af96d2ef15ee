import DriverKit
import Virt
import VirtDriver
import VirtXML

/// Threads that would serve disks apart from the guest's processors: kept in its documents.
extension TestDomain {
    /// Threads that aren't pinned run where the guest's processors would, by number.
    nonisolated func ioThreadInfo(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [DomainIOThreadInfo] {
        try Self.driver.require(flags, [.live, .config], in: "DomainGetIOThreadInfo")
        let definition = try existing().definition(for: flags, "virDomainGetIOThreadInfo")
        let all = CPUSet(Array(0..<min(Int(definition.vcpu.maximum), Self.countedCPUs)))
        return definition.iothreads.threads.map { thread in
            let pin = definition.cputune?.iothreadPins.first { $0.iothread == thread.id }
            return DomainIOThreadInfo(
                iothreadID: thread.id, cpumap: (pin?.cpuset ?? all).map(length: Self.countedCPUs / 8))
        }
    }

    /// How many of the host's CPUs its map tells of.
    private static let countedCPUs = 8

    func addIOThread(iothreadID: UInt32, flags: DomainModificationImpact) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainAddIOThread")
        if iothreadID == 0 {
            throw Self.driver.error(.invalidArg, "invalid value of 0 for iothread_id")
        }
        try await changeIOThreads(flags, "virDomainAddIOThread") { (definition) throws(VirtError) in
            if definition.iothreads.threads.contains(where: { $0.id == iothreadID }) {
                let message = "an IOThread is already using iothread_id '\(iothreadID)'"
                throw VirtError(.invalidArg, message, from: .domain)
            }
            var thread = IOThread()
            thread.id = iothreadID
            definition.iothreads.threads.append(thread)
        }
    }

    func delIOThread(iothreadID: UInt32, flags: DomainModificationImpact) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainDelIOThread")
        if iothreadID == 0 {
            throw Self.driver.error(.invalidArg, "invalid value of 0 for iothread_id")
        }
        try await changeIOThreads(flags, "virDomainDelIOThread") { (definition) throws(VirtError) in
            guard definition.iothreads.threads.contains(where: { $0.id == iothreadID }) else {
                let message = "cannot find IOThread '\(iothreadID)' in iothreadids list"
                throw VirtError(.invalidArg, message, from: .domain)
            }
            definition.iothreads.threads.removeAll { $0.id == iothreadID }
            definition.changeTune { $0.iothreadPins.removeAll { $0.iothread == iothreadID } }
        }
    }

    func pinIOThread(
        iothreadID: UInt32, cpumap: [UInt8], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainPinIOThread")
        let cpus = CPUSet(map: cpumap, below: Int(host.node.cpus))
        try await changeIOThreads(flags, "virDomainPinIOThread") { (definition) throws(VirtError) in
            guard definition.iothreads.threads.contains(where: { $0.id == iothreadID }) else {
                throw Self.driver.error(.invalidArg, "iothreadid \(iothreadID) not found")
            }
            if cpus.isEmpty {
                throw Self.driver.error(.invalidArg, "Empty iothread cpumap list for pinning")
            }
            definition.changeTune { $0.pin(iothread: iothreadID, to: cpus) }
        }
    }

    /// How a thread waits for its disks, which changes nothing where no thread runs.
    func setIOThreadParams(
        iothreadID: UInt32, parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try Self.driver.require(flags, .live, in: "DomainSetIOThreadParams")
        for one in parameters where !["poll_max_ns", "poll_grow", "poll_shrink"].contains(one.field) {
            throw VirtError(.argumentUnsupported, "parameter '\(one.field)' not supported")
        }
        let now = try existing()
        guard
            try now.definition(for: flags, "virDomainSetIOThreadParams").iothreads.threads
                .contains(where: { $0.id == iothreadID })
        else {
            throw Self.driver.error(.invalidArg, "cannot find IOThread '\(iothreadID)' in iothreadids")
        }
    }

    /// Changes the threads of one of the two documents, and counts them.
    private func changeIOThreads(
        _ flags: DomainModificationImpact, _ api: String,
        _ change: @Sendable (inout DomainDefinition) throws(VirtError) -> Void
    ) async throws(VirtError) {
        let now = try existing()
        _ = try flags.resolvedToRead(isActive: now.isActive, isPersistent: now.isPersistent, api)
        try await changeBoth("I/O threads", flags) { (definition, _) throws(VirtError) in
            try change(&definition)
            definition.iothreads.count = UInt32(clamping: definition.iothreads.threads.count)
            for index in definition.iothreads.threads.indices {
                definition.iothreads.threads[index].isSpoken = true
            }
        }
    }
}
