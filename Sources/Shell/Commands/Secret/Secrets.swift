import Roost
import Virt

extension Command {
    static let secretDefine = Command(
        "secret-define", "define or modify a secret from an XML file",
        description: "Define or modify a secret.",
        options: [
            .required("file", "file containing secret attributes in XML", complete: .path),
            .flag("validate", "validate the XML against the schema"),
        ]
    ) { session, arguments in
        let path = try arguments.required("file")
        let text = try await session.read(file: path)
        let connection = try await session.connected()
        let secret = try await explaining("Failed to set attributes from \(path)") {
            try await connection.secretDefineXML(
                xml: text, flags: arguments.has("validate") ? .validate : [])
        }
        session.output.note("Secret \(secret.reference.uuid) created\n")
    }

    static let secretDumpxml = Command(
        "secret-dumpxml", "secret attributes in XML",
        description: "Output attributes of a secret as an XML dump to stdout.",
        options: [
            .secret, .named("xpath", "xpath expression to filter the XML document"),
            .flag("wrap", "wrap xpath results in an common root element"),
        ]
    ) { session, arguments in
        try session.print(xml: try await session.secret(arguments).xmlDesc(flags: 0), arguments)
    }

    static let secretList = Command(
        "secret-list", "list secrets", description: "Returns a list of secrets",
        options: [
            .flag("ephemeral", "list ephemeral secrets"),
            .flag("no-ephemeral", "list non-ephemeral secrets"),
            .flag("private", "list private secrets"), .flag("no-private", "list non-private secrets"),
            .json,
        ]
    ) { session, arguments in
        var flags: ConnectListAllSecretsFlags = []
        if arguments.has("ephemeral") { flags.insert(.ephemeral) }
        if arguments.has("no-ephemeral") { flags.insert(.noEphemeral) }
        if arguments.has("private") { flags.insert(.private) }
        if arguments.has("no-private") { flags.insert(.noPrivate) }
        let connection = try await session.connected()
        let secrets: [Secret]
        do throws(VirtError) {
            secrets = try await connection.listAllSecrets(flags: flags)
        } catch {
            // A driver without secrets is asked the old way too, and that is what is told.
            if error.code != .noSupport { throw Failure("Failed to list secrets", because: error) }
            if !flags.isEmpty { throw Failure("Filtering is not supported by this libvirt") }
            throw Failure(
                "Failed to count secrets", because: VirtError.notSupported("virConnectNumOfSecrets"))
        }
        var table = Table("UUID", "Usage")
        for reference in secrets.map(\.reference).sorted(by: { "\($0.uuid)" < "\($1.uuid)" }) {
            table.add("\(reference.uuid)", usage(of: reference))
        }
        session.output.print(table)
    }

    static let secretUndefine = Command(
        "secret-undefine", "undefine a secret", description: "Undefine a secret.", options: [.secret]
    ) { session, arguments in
        let secret = try await session.secret(arguments)
        try await explaining("Failed to delete secret \(secret.reference.uuid)") {
            try await secret.undefine()
        }
        session.output.note("Secret \(secret.reference.uuid) deleted\n")
    }
}

private func usage(of secret: SecretReference) -> String {
    let kinds = ["", "volume", "ceph", "iscsi", "tls", "vtpm"]
    guard secret.usageType > 0 else { return "Unused" }
    let kind = kinds.indices.contains(Int(secret.usageType)) ? kinds[Int(secret.usageType)] : "unknown"
    return "\(kind) \(secret.usageID)"
}
