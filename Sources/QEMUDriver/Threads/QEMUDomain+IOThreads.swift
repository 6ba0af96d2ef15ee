import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Threads that serve disks apart from the guest's processors.
extension QEMUDomain {
    func ioThreadInfo(flags: DomainModificationImpact) async throws(VirtError) -> [DomainIOThreadInfo] {
        try flags.require([.live, .config], in: "qemuDomainGetIOThreadInfo", from: .qemu)
        let now = snapshot
        let impact = try flags.resolvedToRead(
            isActive: now.isActive, isPersistent: now.isPersistent, "virDomainGetIOThreadInfo")
        let (all, length) = (HostCPUs.online, HostCPUs.mapLength)
        if impact.contains(.live) {
            return try await askIOThreads().map { thread in
                let numbers = thread.thread.flatMap { try? HostThread($0).affinity() }
                let cpus = numbers.map { CPUSet($0) }
                return DomainIOThreadInfo(
                    iothreadID: thread.id, cpumap: (cpus ?? all).map(length: length))
            }
        }
        return (now.persistent?.iothreads.threads ?? []).map { thread in
            let cpus = now.persistent?.hostCPUs(ofIOThread: thread.id) ?? all
            return DomainIOThreadInfo(iothreadID: thread.id, cpumap: cpus.map(length: length))
        }
    }

    func pinIOThread(
        iothreadID: UInt32, cpumap: [UInt8], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainPinIOThread", from: .qemu)
        let cpus = try CPUSet(pinning: cpumap)
        try await changePins("pinning of I/O threads", flags) { (definition, _) throws(VirtError) in
            guard definition.iothreads.threads.contains(where: { $0.id == iothreadID }) else {
                throw VirtError(.invalidArg, "iothread \(iothreadID) not found", from: .qemu)
            }
            definition.changeTune { $0.pin(iothread: iothreadID, to: cpus) }
        } live: { (domain) throws(VirtError) in
            if let thread = domain.guest?.ioThreads.first(where: { $0.id == iothreadID })?.thread {
                try domain.place(thread, on: cpus, nil)
            }
            return TypedParameter("cputune.iothreadpin\(iothreadID)", .string(cpus.xml))
        }
    }

    func addIOThread(iothreadID: UInt32, flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainAddIOThread", from: .qemu)
        if iothreadID == 0 {
            throw .refused(
                "virDomainAddIOThread", "iothread_id",
                "iothread_id in virDomainAddIOThread must not be zero")
        }
        try await changeIOThreads(flags) { (definition) throws(VirtError) in
            try definition.addIOThread(iothreadID)
        } live: { (domain) async throws(VirtError) in
            try await domain.ask(
                "object-add", ["qom-type": "iothread", "id": .string(RunningIOThread.name(iothreadID))])
            let threads = try await domain.askIOThreads()
            domain.guest?.ioThreads = threads
            if let new = threads.first(where: { $0.id == iothreadID }) { try domain.place(new) }
        }
    }

    func delIOThread(iothreadID: UInt32, flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainDelIOThread", from: .qemu)
        if iothreadID == 0 {
            throw .refused(
                "virDomainDelIOThread", "iothread_id",
                "iothread_id in virDomainDelIOThread must not be zero")
        }
        try await changeIOThreads(flags) { (definition) throws(VirtError) in
            try definition.removeIOThread(iothreadID)
        } live: { (domain) async throws(VirtError) in
            try await domain.ask("object-del", ["id": .string(RunningIOThread.name(iothreadID))])
            domain.guest?.ioThreads.removeAll { $0.id == iothreadID }
        }
    }

    func setIOThreadParams(
        iothreadID: UInt32, parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetIOThreadParams", from: .qemu)
        let wanted = try IOThreadParameters(parameters)
        if iothreadID == 0 {
            throw .refused(
                "virDomainSetIOThreadParams", "iothread_id",
                "iothread_id in virDomainSetIOThreadParams must not be zero")
        }
        try await changeIOThreads(flags) { (definition) throws(VirtError) in
            try definition.changeIOThread(iothreadID) { (thread) throws(VirtError) in
                try wanted.change(&thread)
            }
        } live: { (domain) async throws(VirtError) in
            try wanted.checkLive()
            let path = "/objects/" + RunningIOThread.name(iothreadID)
            let known = domain.snapshot.live?.iothreads.threads.first { $0.id == iothreadID }
            for (name, value) in wanted.properties(knowing: known?.pool ?? ThreadPool()) {
                try await domain.ask(
                    "qom-set", ["path": .string(path), "property": .string(name), "value": value])
            }
        }
    }

    /// Changes the I/O threads of the definitions that are meant, and has the running guest follow.
    private func changeIOThreads(
        _ flags: DomainModificationImpact,
        _ change: @Sendable (inout DomainDefinition) throws(VirtError) -> Void,
        live carryOut: @Sendable (isolated QEMUDomain) async throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await withJob(.modify, "I/O threads") { (domain: isolated QEMUDomain) async throws(VirtError) in
            let now = domain.snapshot
            let impact = try flags.resolved(isActive: now.isActive, isPersistent: now.isPersistent)
            var persistent = now.persistent
            if impact.contains(.config), var definition = persistent {
                try change(&definition)
                persistent = definition
            }
            if impact.contains(.live), var live = now.live {
                // Whether it can be is seen before QEMU is asked.
                try change(&live)
                try await carryOut(domain)
                if var live = domain.snapshot.live {
                    try change(&live)
                    domain.publish { $0.live = live }
                }
                domain.saveRecordSoon()
            }
            if impact.contains(.config), let persistent { try await domain.keep(persistent) }
        }
    }
}
