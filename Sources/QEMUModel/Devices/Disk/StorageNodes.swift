import ByteText
import JSON
import VirtXML

extension QEMUGuest {
    /// What reads an image's bytes, without the node's name and access.
    package func storageNode(
        _ image: BlockImage, _ driver: DiskDriver, _ kind: DiskDevice.Kind
    ) throws(ConfigurationError) -> JSONObject {
        switch image.source.actualType {
        case .file: return try file("file", image.source, driver)
        case .block:
            let isDrive = kind == .cdrom && resources.isCDROMDrive(image.source.path ?? "")
            return try file(isDrive ? "host_cdrom" : "host_device", image.source, driver)
        case .network: return try network(image, driver)
        case .nvme: return try nvme(image.source)
        case .dir: return try directory(image, kind)
        case .vhostvdpa:
            guard let path = image.source.path else { throw .xml("missing source path of a vhost-vdpa disk") }
            let name = resources.descriptorSet(image.storageNode + "-vdpa")?.path ?? path
            return ["driver": "virtio-blk-vhost-vdpa", "path": .string(name)]
        case .vhostuser: throw .internal("unable to create blockdev props for vhostuser disk type")
        case .volume:
            throw .noStoragePool(image.source.volume?.pool ?? "")
        }
    }

    private func file(
        _ kind: String, _ source: StorageSource, _ driver: DiskDriver
    ) throws(ConfigurationError) -> JSONObject {
        guard let path = source.path else { throw .xml("missing source path of a disk") }
        var node: JSONObject = ["driver": .string(kind), "filename": .string(path)]
        node.add("aio", driver.io?.rawValue)
        if source.reservations != nil { node.add("pr-manager", reservationHelper(source)) }
        return node
    }

    /// All disks that leave it to the daemon share one helper.
    private func reservationHelper(_ source: StorageSource) -> String {
        source.reservations?.managed == false
            ? "pr-helper-libvirt-\(source.index ?? 0)-storage" : "pr-helper0"
    }

    private func nvme(_ source: StorageSource) throws(ConfigurationError) -> JSONObject {
        guard let nvme = source.nvme else { throw .xml("missing NVMe namespace of a disk") }
        return [
            "driver": "nvme", "device": .string(nvme.address.description),
            "namespace": JSONValue(nvme.namespace),
        ]
    }

    private func directory(
        _ image: BlockImage, _ kind: DiskDevice.Kind
    ) throws(ConfigurationError) -> JSONObject {
        guard let path = image.source.path else { throw .xml("missing source path of a disk") }
        return [
            "driver": "vvfat", "dir": .string(path), "floppy": .bool(kind == .floppy),
            "rw": .bool(!image.isReadOnly),
        ]
    }

    private func network(_ image: BlockImage, _ driver: DiskDriver) throws(ConfigurationError) -> JSONObject {
        guard let network = image.source.network else { throw .xml("missing network source of a disk") }
        if isServedByNbdkit(image) { return nbdkitNode(image) }
        switch network.protocol {
        case .nbd: return try nbd(network, image)
        case .rbd: return try rbd(network, image)
        case .iscsi: return try iscsi(network, image)
        case .http, .https, .ftp, .ftps, .tftp: return try web(network, image)
        case .ssh: return try ssh(network, image)
        case .nfs: return try nfs(network)
        case .gluster: return try gluster(network)
        case .vxhs: return try vxhs(network, image)
        case .sheepdog: throw .unsupported("the sheepdog protocol is no longer supported by QEMU")
        }
    }

    private func nbd(_ network: NetworkStorage, _ image: BlockImage) throws(ConfigurationError) -> JSONObject
    {
        var node: JSONObject = ["driver": "nbd", "server": try socketAddress(network, defaultPort: 10809)]
        node.add("export", network.name)
        if network.tls == true { node.add("tls-creds", "obj\(image.storageNode)_tls0") }
        node.add("tls-hostname", network.tlsHostname)
        if let delay = network.reconnect?.delay { node.add("reconnect-delay", delay) }
        return node
    }

    private func host(_ network: NetworkStorage) throws(ConfigurationError) -> StorageHost {
        guard let host = network.hosts.first, network.hosts.count == 1 else {
            let name = network.protocol.rawValue
            let isWeb = [.http, .https, .ftp, .ftps, .tftp].contains(network.protocol)
            throw .internal(
                isWeb ? "protocol '\(name)' accepts only one host" : "\(name) protocol accepts only one host")
        }
        return host
    }

    private static var noRDMA: ConfigurationError {
        .internal("transport protocol 'rdma' is not yet supported")
    }

    private func socketAddress(
        _ network: NetworkStorage, defaultPort: UInt32
    ) throws(ConfigurationError) -> JSONValue {
        let host = try host(network)
        if host.transport == .rdma {
            throw Self.noRDMA
        }
        if host.transport == .unix { return ["type": "unix", "path": .string(host.socket ?? "")] }
        return [
            "type": "inet", "host": .string(host.name ?? ""),
            "port": .string("\(host.port ?? defaultPort)"),
        ]
    }

    /// What only can be reached by TCP.
    private func internetAddress(
        _ host: StorageHost, defaultPort: UInt32
    ) throws(ConfigurationError) -> JSONValue {
        if host.transport != .tcp, host.transport != nil {
            throw .internal("only TCP protocol can be converted to InetSocketAddress")
        }
        return ["host": .string(host.name ?? ""), "port": .string("\(host.port ?? defaultPort)")]
    }

    private func rbd(_ network: NetworkStorage, _ image: BlockImage) throws(ConfigurationError) -> JSONObject
    {
        let parts = (network.name ?? "").split(atByte: "/", maxSplits: 1).map { String($0) }
        guard let pool = parts.first, let name = parts.dropFirst().first else {
            throw .unsupported("missing volume name and path for rbd source")
        }
        var node: JSONObject = ["driver": "rbd", "pool": .string(pool), "image": .string(name)]
        node.add("snapshot", network.snapshot)
        node.add("conf", network.configFile)
        if !network.hosts.isEmpty {
            node["server"] = .array(
                try network.hosts.map { host throws(ConfigurationError) in
                    try internetAddress(host, defaultPort: 0)
                })
        }
        if let encryption = image.encryption, encryption.engine == .librbd {
            node.add("encrypt", try rbdEncryption(encryption, image))
        }
        if let auth = image.auth {
            node.add("user", auth.username)
            node["auth-client-required"] = ["cephx", "none"]
            node.add("key-secret", "\(image.storageNode)-auth-secret0")
        }
        return node
    }

    /// Layers of encryption, the outermost first.
    private func rbdEncryption(
        _ encryption: StorageEncryption, _ image: BlockImage
    ) throws(ConfigurationError) -> JSONValue {
        let count = max(1, encryption.secrets.count)
        var inner: JSONObject?
        for index in (0..<count).reversed() {
            var layer: JSONObject = ["format": .string(encryption.format.rawValue)]
            layer.add("key-secret", "\(image.storageNode)-encryption-secret\(index)")
            layer.add("parent", inner.map(JSONValue.object))
            inner = layer
        }
        return .object(inner ?? [:])
    }

    private func iscsi(_ network: NetworkStorage, _ image: BlockImage) throws(ConfigurationError)
        -> JSONObject
    {
        guard let host = network.hosts.first, network.hosts.count == 1 else {
            throw .internal("iSCSI protocol accepts only one host")
        }
        let parts = (network.name ?? "").split(atByte: "/", maxSplits: 1, omittingEmptySubsequences: false)
            .map { String($0) }
        let lun = try parts.dropFirst().first.map { text throws(ConfigurationError) in
            guard let lun = UInt32(text) ?? Int32(text).map(UInt32.init(bitPattern:)) else {
                throw .internal("cannot parse target for lunStr '\(parts.first ?? "")'")
            }
            return lun
        }
        let name = host.name ?? ""
        let address = name.contains(byte: ":") ? "[\(name)]" : name
        var node: JSONObject = [
            "driver": "iscsi", "portal": .string("\(address):\(host.port ?? 0)"),
            "target": .string(parts.first ?? ""), "lun": JSONValue(lun ?? 0), "transport": "tcp",
        ]
        if let auth = image.auth {
            node.add("user", auth.username)
            node.add("password-secret", "\(image.storageNode)-auth-secret0")
        }
        node.add("initiator-name", network.initiator)
        return node
    }

    /// The address of an image on a web server.
    func url(_ network: NetworkStorage) throws(ConfigurationError) -> String {
        let host = try host(network)
        let ports: [String: UInt32] = ["http": 80, "https": 443, "ftp": 21, "ftps": 990, "tftp": 69]
        let scheme = network.protocol.rawValue
        let path = network.name ?? ""
        let isTCP = host.transport == nil || host.transport == .tcp
        var url = isTCP ? scheme : "\(scheme)+\(host.transport?.rawValue ?? "")"
        url += "://\(host.name ?? "")" + (isTCP ? ":\(host.port ?? ports[scheme] ?? 0)" : "")
        let escaped = path.split(atByte: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
        url += escaped.hasBytePrefix("/") ? escaped : "/" + escaped
        if let query = network.query { url += "?" + query }
        return url
    }

    private func web(_ network: NetworkStorage, _ image: BlockImage) throws(ConfigurationError) -> JSONObject
    {
        let scheme = network.protocol.rawValue
        var node: JSONObject = ["driver": .string(scheme), "url": .string(try url(network))]
        if let auth = image.auth {
            node.add("username", auth.username)
            node.add("password-secret", "\(image.storageNode)-auth-secret0")
        }
        if scheme == "https" || scheme == "ftps" { node.add("sslverify", network.sslVerify) }
        if !network.cookies.isEmpty { node.add("cookie-secret", "\(image.storageNode)-httpcookie-secret0") }
        node.add("timeout", network.timeout)
        node.add("readahead", network.readahead)
        return node
    }

    private func ssh(_ network: NetworkStorage, _ image: BlockImage) throws(ConfigurationError) -> JSONObject
    {
        let host = try host(network)
        var node: JSONObject = ["driver": "ssh", "path": .string(network.name ?? "")]
        node["server"] = try internetAddress(host, defaultPort: 22)
        node.add("user", network.identity?.username ?? image.auth?.username)
        return node
    }

    private func nfs(_ network: NetworkStorage) throws(ConfigurationError) -> JSONObject {
        let host = try host(network)
        let path = network.name ?? ""
        var node: JSONObject = [
            "driver": "nfs", "server": ["host": .string(host.name ?? ""), "type": "inet"],
        ]
        node.add("path", path.hasBytePrefix("/") ? path : "/" + path)
        node.add("user", try number("user", network.identity?.user, resources.userNumber))
        node.add("group", try number("group", network.identity?.group, resources.groupNumber))
        return node
    }

    /// A user or group by number: `+1234` is one, a name is looked up.
    private func number(
        _ kind: String, _ text: String?, _ lookUp: @Sendable (String) -> UInt32?
    ) throws(ConfigurationError) -> UInt32? {
        guard let text else { return nil }
        let digits = text.droppingBytePrefix("+") ?? text[...]
        guard let number = UInt32(digits) ?? lookUp(text) else {
            throw .argument("Failed to parse \(kind) '\(text)'")
        }
        return number
    }

    private func gluster(_ network: NetworkStorage) throws(ConfigurationError) -> JSONObject {
        let parts = (network.name ?? "").split(atByte: "/", maxSplits: 1).map { String($0) }
        let servers = try network.hosts.map { host throws(ConfigurationError) -> JSONValue in
            if host.transport == .rdma { throw Self.noRDMA }
            return host.transport == .unix
                ? ["type": "unix", "path": .string(host.socket ?? "")]
                : [
                    "type": "inet", "host": .string(host.name ?? ""),
                    "port": .string("\(host.port ?? 24007)"),
                ]
        }
        return [
            "driver": "gluster", "volume": .string(parts.first ?? ""),
            "path": .string(parts.dropFirst().first ?? ""), "server": .array(servers), "debug": 4,
        ]
    }

    private func vxhs(_ network: NetworkStorage, _ image: BlockImage) throws(ConfigurationError) -> JSONObject
    {
        let host = try host(network)
        return [
            "driver": "vxhs", "vdisk-id": .string(network.name ?? ""),
            "server": ["host": .string(host.name ?? ""), "port": .string("\(host.port ?? 9999)")],
        ]
    }
}
