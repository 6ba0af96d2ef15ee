import ByteText
import XMLBinding

extension CharacterSource {
    /// What the host's end of a line can't do without, whatever the hypervisor; nil where nothing is missing.
    ///
    /// - Parameter needsPath: whether a socket must be named; those of some channels have a place of their own.
    public func fault(needsPath: Bool = true) -> XMLError? {
        if type == .nmdm, (master == nil) != (slave == nil) {
            let words = "Should define both master and slave path attributes for nmdm device"
            return XMLError(.internalError, words)
        }
        if type == .spiceport || type == .dbus { return Self.channelFault(channel) }
        if let missing = missing(needsPath) {
            return XMLError(.internalError, "Missing source \(missing) attribute for char device")
        }
        guard listens, reconnect?.enabled != nil else { return nil }
        return XMLError(.internalError, "chardev reconnect is possible only for connect mode")
    }

    /// The name of what isn't said.
    private func missing(_ needsPath: Bool) -> String? {
        switch type {
        case .tcp where host == nil: "host"
        case .tcp where service == nil, .udp where service == nil: "service"
        case .file where path == nil, .dev where path == nil, .pipe where path == nil: "path"
        case .unix where path == nil && needsPath: "path"
        default: nil
        }
    }

    private static func channelFault(_ name: String?) -> XMLError? {
        guard let name else {
            return XMLError(.unsupported, "Missing source channel attribute for char device")
        }
        if name.consistsOfAlphanumerics(or: ".-_") { return nil }
        return XMLError(.invalidArgument, "Invalid character in source channel for char device")
    }
}

extension ChannelDevice {
    /// Whether it is a place on the guest's user network.
    public var isForwarded: Bool {
        if case .guestForward = target { true } else { false }
    }

    /// Whether it is a port of a virtio serial controller.
    public var isVirtio: Bool {
        if case .virtio = target { true } else { false }
    }
}

extension DomainDefinition {
    /// Whether all lines have what any hypervisor's must have. libvirt asks it once a document is read as a whole.
    public func checkLines() throws(XMLError) {
        for card in devices.smartcards {
            if case .passthrough(let source) = card.card { try Self.check(source) }
        }
        for source in devices.serials.map(\.source) + devices.parallels.map(\.source) {
            try Self.check(source)
        }
        for channel in devices.channels { try Self.check(channel.source, needsPath: channel.isForwarded) }
        for console in devices.consoles where console.targetType != .serial { try Self.check(console.source) }
        for rng in devices.rngs {
            if case .egd(let source) = rng.backend { try Self.check(source) }
        }
        for device in devices.redirdevs where device.source.type != .dbus { try Self.check(device.source) }
    }

    private static func check(_ source: CharacterSource, needsPath: Bool = true) throws(XMLError) {
        if let fault = source.fault(needsPath: needsPath) { throw fault }
    }
}
