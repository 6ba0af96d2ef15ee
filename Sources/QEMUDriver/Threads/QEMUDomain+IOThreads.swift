import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Threads that serve disks apart from the guest's processors.
extension QEMUDomain {
    func liveIOThreads() async throws(VirtError) -> [DomainIOThreadInfo] {
        let (all, length) = (HostCPUs.online, HostCPUs.mapLength)
        return try await askIOThreads().map { thread in
            let numbers = thread.thread.flatMap { try? HostThread($0).affinity() }
            let cpus = numbers.map { CPUSet($0) } ?? all
            return DomainIOThreadInfo(iothreadID: thread.id, cpumap: cpus.map(length: length))
        }
    }

    func pinIOThread(
        iothreadID: UInt32, cpumap: [UInt8], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainPinIOThread", from: .qemu)
        let cpus = try CPUSet(pinning: cpumap)
        try await changeBoth("pinning of I/O threads", flags) { (definition, _) throws(VirtError) in
            guard definition.iothreads.threads.contains(where: { $0.id == iothreadID }) else {
                throw VirtError(.invalidArg, "iothread \(iothreadID) not found", from: .qemu)
            }
            definition.changeTune { $0.pin(iothread: iothreadID, to: cpus) }
        } live: { (domain) async throws(VirtError) in
            if let thread = domain.guest?.ioThreads.first(where: { $0.id == iothreadID })?.thread {
                try domain.place(thread, on: cpus, nil)
            }
            return domain.tuned("iothreadpin\(iothreadID)", cpus)
        }
    }

    func addIOThread(iothreadID: UInt32, flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainAddIOThread", from: .qemu)
        if iothreadID == 0 {
            throw .refused(
                "virDomainAddIOThread", "iothread_id",
                "iothread_id in virDomainAddIOThread must not be zero")
        }
        try await changeBoth("I/O threads", flags) { (definition, _) throws(VirtError) in
            try definition.addIOThread(iothreadID)
        } live: { (domain) async throws(VirtError) in
            try await domain.ask(
                "object-add", ["qom-type": "iothread", "id": .string(RunningIOThread.name(iothreadID))])
            let threads = try await domain.askIOThreads()
            domain.guest?.ioThreads = threads
            if let new = threads.first(where: { $0.id == iothreadID }) { try domain.place(new) }
            return []
        }
    }

    func delIOThread(iothreadID: UInt32, flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainDelIOThread", from: .qemu)
        if iothreadID == 0 {
            throw .refused(
                "virDomainDelIOThread", "iothread_id",
                "iothread_id in virDomainDelIOThread must not be zero")
        }
        try await changeBoth("I/O threads", flags) { (definition, _) throws(VirtError) in
            try definition.removeIOThread(iothreadID)
        } live: { (domain) async throws(VirtError) in
            try await domain.ask("object-del", ["id": .string(RunningIOThread.name(iothreadID))])
            domain.guest?.ioThreads.removeAll { $0.id == iothreadID }
            return []
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
        try await changeBoth("I/O threads", flags) { (definition, _) throws(VirtError) in
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
            return []
        }
    }
}
