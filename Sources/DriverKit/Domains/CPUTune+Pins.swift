import VirtXML

extension CPUTune {
    /// Has a processor of the guest run on these of the host.
    public mutating func pin(vcpu: UInt32, to cpus: CPUSet) {
        var pin = VCPUPin()
        (pin.vcpu, pin.cpuset) = (vcpu, cpus)
        vcpuPins.put(pin, by: \.vcpu)
    }

    /// Has an I/O thread run on these processors of the host.
    public mutating func pin(iothread: UInt32, to cpus: CPUSet) {
        var pin = IOThreadPin()
        (pin.iothread, pin.cpuset) = (iothread, cpus)
        iothreadPins.put(pin, by: \.iothread)
    }
}

extension Array {
    /// Puts a pin in place of the one with the same number, in the order of the numbers.
    fileprivate mutating func put(_ pin: Element, by number: KeyPath<Element, UInt32>) {
        removeAll { $0[keyPath: number] == pin[keyPath: number] }
        append(pin)
        sort { $0[keyPath: number] < $1[keyPath: number] }
    }
}
