import HostKit
import LinuxSystem

extension QEMUConfiguration {
    /// Takes what is for this driver from a file, with the keys of libvirt's `qemu.conf` and of its log daemon; throws with the
    /// line that is wrong, and answers the file's rest.
    public mutating func take(_ file: ConfigurationFile) throws(ConfigurationFileError) -> ConfigurationFile {
        try file.rest { (entry) throws(ConfigurationFileError) in try take(entry) }
    }

    private mutating func take(_ entry: ConfigurationFile.Entry) throws(ConfigurationFileError) -> Bool {
        switch entry.key {
        case "user": user = try entry.text()
        case "max_size": logLimits.size = UInt64(try entry.number(in: 0...1 << 40))
        case "max_backups": logLimits.backups = UInt32(try entry.number(in: 0...100))
        case "slirp_helper": slirpHelper = try entry.text()
        case "dump_image_format": dumpImageFormat = try entry.text()
        case "auto_dump_path": autoDumpFolder = try entry.text()
        case "save_image_format": saveImageFormat = try entry.text()
        case "backup_tls_x509_cert_dir": backupCertificates = try entry.text()
        case "backup_tls_x509_verify": verifiesBackupClients = try entry.flag()
        case "storage_use_nbdkit": usesNbdkit = try entry.flag()
        default: return false
        }
        return true
    }
}
