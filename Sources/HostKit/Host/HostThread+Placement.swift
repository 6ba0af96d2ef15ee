import LinuxSystem
import VirtXML

extension HostThread {
    /// Gives the thread its place and its turn.
    public func place(on cpus: CPUSet, _ scheduler: Scheduler?) throws(SystemError) {
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
