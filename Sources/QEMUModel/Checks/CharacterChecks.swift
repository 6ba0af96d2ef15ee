import ByteText
import VirtXML
import XMLBinding

extension DomainDefinition {
    func checkCharacterDevices() throws(ConfigurationError) {
        for serial in devices.serials {
            try check(serial.source, of: serial.info)
            try check(serial)
        }
        for parallel in devices.parallels {
            try check(parallel.source, of: parallel.info)
            if board.isPSeries || board.isS390 { throw .unsupported("parallel ports are not supported") }
        }
        for channel in devices.channels {
            try check(channel.source, of: channel.info, needsPath: channel.isForwarded)
            if case .guestForward(let address, _) = channel.target, address.contains(byte: ":") {
                throw .unsupported("guestfwd channel only supports IPv4 addresses")
            }
        }
        for console in devices.consoles where console.targetType != .serial {
            try check(console.source, of: console.info)
        }
    }

    /// The host's end of a line, and where the guest's is.
    ///
    /// - Parameter needsPath: whether a socket must be named; those of some channels have a place of their own.
    func check(
        _ source: CharacterSource, of info: DeviceInfo, needsPath: Bool = true
    ) throws(ConfigurationError) {
        try checkAssigned(info)
        try checkEnd(source, needsPath: needsPath)
        try checkInfo(info)
        try checkOwn(source)
    }

    /// What no end of a line can be.
    func checkPorts() throws(ConfigurationError) {
        let sources =
            devices.serials.map(\.source) + devices.parallels.map(\.source) + devices.consoles.map(\.source)
            + devices.channels.filter { !$0.isVirtio }.map(\.source)
        if sources.contains(where: { $0.type == .spicevmc }) {
            throw .unsupported("spicevmc device type only supports virtio")
        }
    }

    /// What the host's end of a line can't do without, whatever the hypervisor.
    func checkEnd(_ source: CharacterSource, needsPath: Bool = true) throws(ConfigurationError) {
        guard let fault = source.fault(needsPath: needsPath) else { return }
        switch fault.code {
        case .unsupported: throw .unsupported(fault.message)
        case .invalidArgument: throw .argument(fault.message)
        default: throw .internal(fault.message)
        }
    }

    /// What QEMU's end of a line can't be.
    func checkOwn(_ source: CharacterSource) throws(ConfigurationError) {
        if source.type == .tcp, source.protocol != .raw, source.protocol != .telnet {
            throw .unsupported("tcp chardev protocol '\(source.protocol.rawValue)' not supported")
        }
        if source.reconnect?.enabled == true, source.reconnect?.timeout ?? 0 == 0 {
            throw .argument("chardev reconnect source timeout cannot be '0'")
        }
        if source.type == .spicevmc || source.type == .spiceport,
            !devices.graphics.contains(where: { $0.type == .spice })
        {
            throw .unsupported("chardev '\(source.type.rawValue)' not supported without spice graphics")
        }
    }

    /// The first console may be the first serial port; there is no other such port.
    func checkConsolePlaces() throws(ConfigurationError) {
        if !board.isX86, devices.serials.contains(where: { $0.target.type == "isa-debug" }) {
            throw .unsupported("isa-debug serial type only valid on x86 architecture")
        }
        if devices.consoles.dropFirst().contains(where: { ($0.targetType ?? .serial) == .serial }) {
            throw .unsupported("Only the first console can be a serial port")
        }
    }

    func checkConsoles(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        for console in devices.consoles {
            switch console.targetType {
            case .serial, nil, .virtio: break
            case .sclp, .sclplm:
                let driver = console.targetType == .sclp ? "sclpconsole" : "sclplmconsole"
                if !qemu.has(driver) {
                    throw .unsupported("\(driver) is not supported in this QEMU binary")
                }
            case let type?: throw .unsupported("unsupported console target type \(type.rawValue)")
            }
        }
    }

    /// A serial port's kind, the model that goes with it, and where it may be.
    private func check(_ serial: SerialDevice) throws(ConfigurationError) {
        let type = serial.target.type ?? "", model = serial.target.model
        if !type.isEmpty, !Self.serialTypes.values.contains(type) {
            throw .unsupported("unknown target type '\(type)' specified for character device")
        }
        try checkAddress(of: serial, type)
        if let model, let needed = Self.serialTypes[model], needed != type {
            throw .unsupported("Target model '\(model)' requires target type '\(needed)'")
        }
        guard let model, !fits(model) else { return }
        throw .unsupported(
            "Serial device with target type '\(type)' and target model '\(model)' not compatible with guest architecture or machine type"
        )
    }

    private static var serialTypes: [String: String] {
        [
            "isa-serial": "isa-serial", "usb-serial": "usb-serial", "pci-serial": "pci-serial",
            "spapr-vty": "spapr-vio-serial", "pl011": "system-serial", "16550a": "system-serial",
            "sclpconsole": "sclp-serial", "sclplmconsole": "sclp-serial", "isa-debugcon": "isa-debug",
        ]
    }

    private func checkAddress(of serial: SerialDevice, _ type: String) throws(ConfigurationError) {
        guard let kind = serial.info.address?.kind else { return }
        switch type {
        case "isa-serial" where kind != .isa && board.isX86, "isa-debug" where kind != .isa:
            throw .unsupported("Target type '\(type)' requires address type 'isa'")
        case "pci-serial" where kind != .pci:
            throw .unsupported("Target type 'pci-serial' requires address type 'pci'")
        case "spapr-vio-serial" where kind != .spaprVIO && board.isPSeries:
            throw .unsupported("Target type 'spapr-vio-serial' requires address type 'spapr-vio'")
        case "usb-serial" where kind != .usb:
            throw .unsupported("usb-serial requires address of usb type")
        case "system-serial", "sclp-serial":
            throw .unsupported("Target type '\(type)' cannot have an associated address")
        default: break
        }
    }

    private func fits(_ model: String) -> Bool {
        switch model {
        case "pl011": board.isARM
        case "16550a": board.isRISCV || board.isLoongArch
        case "spapr-vty": board.isPSeries
        case "sclpconsole", "sclplmconsole": board.isS390
        default: true
        }
    }
}
