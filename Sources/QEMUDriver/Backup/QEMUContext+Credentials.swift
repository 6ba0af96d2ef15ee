import QEMUModel

extension QEMUContext {
    /// The object with the certificates of a backup's server.
    static let backupCredentialsName = "objlibvirt-nbd_tls0"

    /// What gives them to QEMU.
    var backupCredentials: [QEMUPart] {
        TLSCredentials(
            folder: configuration.backupCertificates, verifiesPeer: configuration.verifiesBackupClients
        ).parts(Self.backupCredentialsName, endpoint: "server")
    }
}
