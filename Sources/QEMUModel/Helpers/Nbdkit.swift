import JSON
import VirtXML

extension QEMUGuest {
    /// Whether a program beside QEMU fetches an image: where QEMU itself can't, or where that is wished for.
    func isServedByNbdkit(_ image: BlockImage) -> Bool {
        guard image.source.type == .network, let network = image.source.network else { return false }
        switch network.protocol {
        case .ssh:
            return resources.usesNbdkit || image.auth != nil || network.identity?.keyfile != nil
                || network.knownHosts != nil
        case .http, .https, .ftp, .ftps, .tftp: return resources.usesNbdkit
        default: return false
        }
    }

    /// Where the program that fetches an image listens.
    func nbdkitSocket(_ image: BlockImage) -> String {
        "\(resources.domainFolder)/nbdkit-\(image.storageNode).socket"
    }

    /// How QEMU reads an image that such a program fetches.
    func nbdkitNode(_ image: BlockImage) -> JSONObject {
        ["driver": "nbd", "server": ["type": "unix", "path": .string(nbdkitSocket(image))]]
    }

    /// The programs that fetch a disk's images.
    func nbdkits(_ disk: DiskDevice, _ host: HelperHost) throws(ConfigurationError) -> [HelperProcess] {
        guard !disk.source.isEmpty else { return [] }
        return try BlockImage(disk).chain.filter(isServedByNbdkit).map { image throws(ConfigurationError) in
            try nbdkit(image, host)
        }
    }

    private func nbdkit(_ image: BlockImage, _ host: HelperHost) throws(ConfigurationError) -> HelperProcess {
        guard let network = image.source.network else { throw .xml("missing network source of a disk") }
        var helper = HelperProcess(
            .nbdkit, of: image.storageNode, path: try host.path(.nbdkit),
            log: log("\(image.storageNode)-nbdkit", host), arguments: ["--foreground"])
        helper.socket = .activated(path: nbdkitSocket(image))
        if image.isReadOnly { helper.arguments.append("--readonly") }
        if network.protocol == .ssh {
            try addSSH(network, image, to: &helper)
        } else {
            try addWeb(network, image, to: &helper)
        }
        if let auth = image.auth {
            helper.inputs[4] = try host.secret(SecretContent(auth))
            helper.arguments.append("password=-4")
        }
        return helper
    }

    private func addWeb(
        _ network: NetworkStorage, _ image: BlockImage, to helper: inout HelperProcess
    ) throws(ConfigurationError) {
        let scheme = network.protocol.rawValue
        helper.arguments += ["curl", "protocols=\(scheme)", "url=\(try url(network))"]
        if let auth = image.auth { helper.arguments.append("user=\(auth.username)") }
        if !network.cookies.isEmpty {
            helper.inputs[5] = Array(network.cookies.header.utf8)
            helper.arguments.append("cookie=-5")
        }
        if network.sslVerify == false { helper.arguments.append("sslverify=false") }
        if let timeout = network.timeout { helper.arguments.append("timeout=\(timeout)") }
    }

    private func addSSH(
        _ network: NetworkStorage, _ image: BlockImage, to helper: inout HelperProcess
    ) throws(ConfigurationError) {
        guard let server = network.hosts.first, network.hosts.count == 1 else {
            throw .internal("protocol 'ssh' accepts only one host")
        }
        helper.arguments += ["ssh", "host=\(server.name ?? "")", "port=\(server.port ?? 22)"]
        helper.arguments.append("path=\(network.name ?? "")")
        if let user = image.auth?.username ?? network.identity?.username {
            helper.arguments.append("user=\(user)")
        }
        if let key = network.identity?.keyfile { helper.arguments.append("identity=\(key)") }
        if let agent = network.identity?.agentSocket { helper.environment["SSH_AUTH_SOCK"] = agent }
        if let file = network.knownHosts { helper.arguments.append("known-hosts=\(file)") }
    }
}

extension BlockImage {
    /// The image and all that lie below it or hold data for one of these.
    package var chain: [BlockImage] {
        var images: [BlockImage] = []
        var next: BlockImage? = self
        while let image = next {
            images += [image] + image.dataStore
            if case .image(let below)? = image.backing { next = below } else { next = nil }
        }
        return images
    }
}
