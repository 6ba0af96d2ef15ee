import ByteText

extension DomainDefinition {
    /// Fills in what every driver says of where things come from: firmware, the CPU's model, storage and folders.
    mutating func fillSources() {
        if os.firmware == nil, os.loader?.path != nil, os.loader?.type == nil { os.loader?.type = .rom }
        os.nvram?.source?.network?.fillPorts()
        if cpu?.mode != nil, cpu?.model?.name != nil, cpu?.model?.fallback == nil {
            cpu?.model?.fallback = .allow
        }
        for index in devices.disks.indices {
            devices.disks[index].source.fillServers()
            devices.disks[index].backingStore?.fillServers()
        }
        for index in devices.filesystems.indices { devices.filesystems[index].fillAccess() }
    }
}

extension FilesystemDevice {
    /// Who owns what the guest writes, where nothing is said; a server at a socket knows by itself.
    public mutating func fillAccess() {
        if source.socket == nil { accessMode = accessMode ?? .passthrough }
    }
}

extension BackingStore {
    fileprivate mutating func fillServers() {
        source?.fillServers()
        backingStore?.fillServers()
    }
}

extension StorageSource {
    /// Servers are asked at their usual ports, and iSCSI's for the first unit.
    public mutating func fillServers() {
        guard var network else { return }
        if network.protocol == .iscsi, let name = network.name, !name.contains(byte: "/") {
            network.name = name + "/0"
        }
        network.fillPorts()
        self.network = network
    }
}

extension NetworkStorage {
    /// Servers are asked at their usual ports.
    public mutating func fillPorts() {
        guard let port = self.protocol.usualPort else { return }
        for index in hosts.indices
        where hosts[index].port == nil && [nil, .tcp].contains(hosts[index].transport) {
            hosts[index].port = port
        }
    }
}

extension NetworkStorage.NetworkProtocol {
    /// Where servers of the protocol listen; nil where the library that asks them knows.
    fileprivate var usualPort: UInt32? {
        switch self {
        case .nbd: 10809
        case .iscsi: 3260
        case .gluster: 24007
        case .sheepdog: 7000
        case .ssh: 22
        case .http: 80
        case .https: 443
        case .ftp: 21
        case .ftps: 990
        case .tftp: 69
        case .vxhs: 9999
        case .rbd, .nfs: nil
        }
    }
}
