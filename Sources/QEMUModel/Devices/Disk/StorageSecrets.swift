import JSON
import Virt
import VirtXML

extension QEMUGuest {
    /// The secrets and certificates that the connection to an image needs.
    func connectionParts(_ image: BlockImage) throws(ConfigurationError) -> [QEMUPart] {
        var parts: [QEMUPart] = []
        if let reservations = image.source.reservations, reservations.managed == false {
            var helper: JSONObject = [
                "qom-type": "pr-manager-helper", "id": .string("pr-helper-\(image.storageNode)"),
            ]
            helper.add("path", reservations.source?.path)
            parts.append(.object(helper))
        }
        let vdpa = image.storageNode + "-vdpa"
        if image.source.type == .vhostvdpa, let set = resources.descriptorSet(vdpa) {
            parts.append(set.part(vdpa))
        }
        if isServedByNbdkit(image) { return parts }
        if let auth = image.auth {
            parts.append(try secret("\(image.storageNode)-auth-secret0", SecretContent(auth)))
        }
        if let cookies = image.source.network?.cookies, !cookies.isEmpty {
            parts.append(try secret("\(image.storageNode)-httpcookie-secret0", SecretContent(cookies)))
        }
        if image.encryption?.engine == .librbd {
            parts += try encryptionSecrets(image.encryption, prefix: image.storageNode)
        }
        if let network = image.source.network, network.tls == true {
            let tls = resources.tls[network.protocol.rawValue] ?? .usual
            parts += tls.parts("obj\(image.storageNode)_tls0", endpoint: "client")
        }
        return parts
    }

    /// The secrets that open an encrypted image.
    func encryptionSecrets(
        _ encryption: StorageEncryption?, prefix: String
    ) throws(ConfigurationError) -> [QEMUPart] {
        guard let encryption else { return [] }
        var parts: [QEMUPart] = []
        for (index, one) in encryption.secrets.enumerated() {
            parts.append(try secret("\(prefix)-encryption-secret\(index)", .kept(one.reference, .volume)))
        }
        return parts
    }

    /// A secret, encrypted with the key that only this QEMU and the daemon know.
    func secret(_ name: String, _ content: SecretContent) throws(ConfigurationError) -> QEMUPart {
        let secret = try resources.secret(content)
        return .object([
            "qom-type": "secret", "id": .string(name), "data": .string(secret.data), "keyid": "masterKey0",
            "iv": .string(secret.iv), "format": "base64",
        ])
    }
}
