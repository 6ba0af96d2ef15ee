import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    /// Gives the threads of a guest that is about to run their places on the host.
    func placeThreads() async throws(VirtError) {
        guard let live = snapshot.live else { return }
        let threads = live.iothreads.threads.isEmpty ? [] : try await askIOThreads()
        guest?.ioThreads = threads
        if let scheduler = live.cputune?.emulatorScheduler, let process = snapshot.run.process {
            try place(process.id, on: live.hostCPUsOfEmulator ?? HostCPUs.online, scheduler)
        }
        for thread in guest?.ioThreads ?? [] { try place(thread) }
        try place(guest?.processors ?? GuestProcessors())
    }

    /// Gives an I/O thread its place on the host.
    func place(_ thread: RunningIOThread) throws(VirtError) {
        guard let live = snapshot.live, let id = thread.thread else { return }
        let scheduler = live.scheduler(ofIOThread: thread.id)
        guard live.isPlaced || scheduler != nil else { return }
        try place(id, on: live.hostCPUs(ofIOThread: thread.id) ?? HostCPUs.online, scheduler)
    }

    /// Gives the threads of processors their places on the host.
    func place(_ processors: GuestProcessors) throws(VirtError) {
        guard let live = snapshot.live else { return }
        for (number, one) in processors.all.enumerated() {
            guard let id = one.thread else { continue }
            let scheduler = live.scheduler(ofProcessor: number)
            guard live.isPlaced || scheduler != nil else { continue }
            try place(id, on: live.hostCPUs(ofProcessor: number) ?? HostCPUs.online, scheduler)
        }
    }

    /// Moves all of QEMU that is no processor and no I/O thread.
    func placeEmulator(on cpus: CPUSet) throws(VirtError) {
        guard let process = snapshot.run.process else { return }
        let others = Set(
            (guest?.processors.all ?? []).compactMap(\.thread) + (guest?.ioThreads ?? []).compactMap(\.thread)
        )
        for id in process.threads where !others.contains(id) && id != process.id {
            // Such a thread may have ended meanwhile.
            try? HostThread(id).setAffinity(cpus.members)
        }
        try place(process.id, on: cpus, nil)
    }

    func place(_ id: Int32, on cpus: CPUSet, _ scheduler: Scheduler?) throws(VirtError) {
        do throws(SystemError) {
            try HostThread(id).place(on: cpus, scheduler)
        } catch {
            let what =
                error.call == "sched_setscheduler"
                ? "scheduled as its definition asks" : "put on host CPUs \(cpus.xml)"
            throw VirtError(error, "a thread of domain '\(snapshot.name)' (\(id)) can't be \(what)")
        }
    }
}

extension DomainDefinition {
    /// Whether anything is said of where the guest's threads run: without, they run where QEMU was started.
    fileprivate var isPlaced: Bool {
        vcpu.cpuset != nil || cputune?.emulatorPin != nil || cputune?.vcpuPins.isEmpty == false
            || cputune?.iothreadPins.isEmpty == false
    }
}
