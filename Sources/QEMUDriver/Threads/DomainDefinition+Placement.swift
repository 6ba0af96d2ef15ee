import LinuxSystem
import VirtXML

// Where and how a guest's threads run on the host; nil where nothing is said.
extension DomainDefinition {
    /// The host's processors that one of the guest's may run on.
    func hostCPUs(ofProcessor number: Int) -> CPUSet? {
        cputune?.vcpuPins.first { Int($0.vcpu) == number }?.cpuset ?? vcpu.cpuset
    }

    /// Those that an I/O thread may run on.
    func hostCPUs(ofIOThread id: UInt32) -> CPUSet? {
        cputune?.iothreadPins.first { $0.iothread == id }?.cpuset ?? vcpu.cpuset
    }

    /// Those that the rest of QEMU may run on.
    var hostCPUsOfEmulator: CPUSet? { cputune?.emulatorPin ?? vcpu.cpuset }

    func scheduler(ofProcessor number: Int) -> Scheduler? {
        cputune?.vcpuSchedulers.first { $0.vcpus.contains(number) }?.scheduler
    }

    func scheduler(ofIOThread id: UInt32) -> Scheduler? {
        cputune?.iothreadSchedulers.first { $0.iothreads.contains(Int(id)) }?.scheduler
    }
}

extension HostThread {
    /// Gives the thread its place and its turn.
    func place(on cpus: CPUSet, _ scheduler: Scheduler?) throws(SystemError) {
        try setAffinity(cpus.members)
        if let scheduler { try schedule(scheduler.hostPolicy, priority: scheduler.priority ?? 0) }
    }
}

extension Scheduler {
    fileprivate var hostPolicy: HostThread.Policy {
        switch policy {
        case .fifo: .fifo
        case .rr: .roundRobin
        case .batch: .batch
        case .idle: .idle
        }
    }
}
