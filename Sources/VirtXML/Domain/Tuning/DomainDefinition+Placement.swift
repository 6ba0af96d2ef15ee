// Where and how a guest's threads run on the host; nil where nothing is said.
extension DomainDefinition {
    /// The host's processors that one of the guest's may run on.
    package func hostCPUs(ofProcessor number: Int) -> CPUSet? {
        cputune?.vcpuPins.first { Int($0.vcpu) == number }?.cpuset ?? vcpu.cpuset
    }

    /// Those that an I/O thread may run on.
    package func hostCPUs(ofIOThread id: UInt32) -> CPUSet? {
        cputune?.iothreadPins.first { $0.iothread == id }?.cpuset ?? vcpu.cpuset
    }

    /// Those that the rest of QEMU may run on.
    package var hostCPUsOfEmulator: CPUSet? { cputune?.emulatorPin ?? vcpu.cpuset }

    package func scheduler(ofProcessor number: Int) -> Scheduler? {
        cputune?.vcpuSchedulers.first { $0.vcpus.contains(number) }?.scheduler
    }

    package func scheduler(ofIOThread id: UInt32) -> Scheduler? {
        cputune?.iothreadSchedulers.first { $0.iothreads.contains(Int(id)) }?.scheduler
    }

    /// Changes what is said of threads, where something was said or not.
    package mutating func changeTune(_ change: (inout CPUTune) -> Void) {
        var tune = cputune ?? CPUTune()
        change(&tune)
        cputune = tune == CPUTune() ? nil : tune
    }
}
