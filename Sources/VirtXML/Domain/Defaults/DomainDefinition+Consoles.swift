import XMLBinding

extension DomainDefinition {
    /// Numbers the ports, and makes the first console and the first serial port one.
    ///
    /// In a whole machine, a first console without a target is really a serial port; a first serial port
    /// without a console is a console too.
    public mutating func fillConsoles(paired: Bool = true) {
        numberPorts()
        guard os.type == "hvm" else { return fillContainerConsoles() }
        for index in devices.consoles.indices where devices.consoles[index].targetType == nil {
            devices.consoles[index].targetType = .serial
        }
        guard paired else { return }
        if let first = devices.consoles.first, first.targetType == .serial {
            mirrorFirstConsole(first)
        } else if let serial = devices.serials.first, serial.mayBeConsole {
            devices.consoles.insert(ConsoleDevice(mirroring: serial), at: 0)
            for index in devices.consoles.indices.dropFirst() {
                devices.consoles[index].port = UInt32(clamping: index)
            }
        }
    }

    private mutating func mirrorFirstConsole(_ first: ConsoleDevice) {
        if devices.serials.isEmpty {
            var serial = SerialDevice()
            serial.source = first.source
            serial.target.port = 0
            serial.info = first.info
            devices.serials = [serial]
        }
        if let serial = devices.serials.first {
            devices.consoles[0].source = serial.source
            devices.consoles[0].port = serial.target.port
            devices.consoles[0].info = serial.info
        }
    }

    private mutating func fillContainerConsoles() {
        let kind: ConsoleDevice.TargetType = os.type == "exe" ? .lxc : .xen
        for index in devices.consoles.indices where devices.consoles[index].targetType == nil {
            devices.consoles[index].targetType = kind
        }
    }

    private mutating func numberPorts() {
        // Serial ports follow the highest of all, parallel ones the highest so far.
        let highest = devices.serials.compactMap(\.target.port).max()
        number(
            &devices.serials, \.target.port,
            from: highest.map { $0.addingReportingOverflow(1).partialValue } ?? 0)
        number(&devices.parallels, \.port, from: 0)
        // A console's number is its place, whatever the document says.
        for index in devices.consoles.indices { devices.consoles[index].port = UInt32(clamping: index) }
    }

    /// A port without a number gets the one after the highest so far, at least `first`.
    private func number<T>(_ list: inout [T], _ port: WritableKeyPath<T, UInt32?>, from first: UInt32) {
        var next = first
        for index in list.indices {
            let chosen = list[index][keyPath: port] ?? next
            list[index][keyPath: port] = chosen
            next = max(next, chosen.addingReportingOverflow(1).partialValue)
        }
    }
}

extension SerialDevice {
    /// Whether a console may stand for the port: not for one that only takes debug output.
    var mayBeConsole: Bool {
        target.type == nil || target.type == "isa-serial" || target.type == "spapr-vio-serial"
            || target.type == "system-serial" || target.type == "sclp-serial"
    }
}

extension ConsoleDevice {
    /// The console that a serial port is too.
    public init(mirroring serial: SerialDevice) {
        self.init()
        source = serial.source
        targetType = .serial
        port = serial.target.port ?? 0
        info = serial.info
    }
}
