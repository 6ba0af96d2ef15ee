import VirtXML

extension CPUTune {
    /// Has a processor of the guest run on these of the host.
    public mutating func pin(vcpu: UInt32, to cpus: CPUSet) {
        vcpuPins.removeAll { $0.vcpu == vcpu }
        var pin = VCPUPin()
        (pin.vcpu, pin.cpuset) = (vcpu, cpus)
        vcpuPins.append(pin)
        vcpuPins.sort { $0.vcpu < $1.vcpu }
    }

    /// Has an I/O thread run on these processors of the host.
    public mutating func pin(iothread: UInt32, to cpus: CPUSet) {
        iothreadPins.removeAll { $0.iothread == iothread }
        var pin = IOThreadPin()
        (pin.iothread, pin.cpuset) = (iothread, cpus)
        iothreadPins.append(pin)
        iothreadPins.sort { $0.iothread < $1.iothread }
    }
}
