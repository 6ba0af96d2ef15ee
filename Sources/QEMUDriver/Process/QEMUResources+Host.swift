import LinuxSystem
import QEMUModel

extension QEMUResources {
    /// Looks on the host itself for what a document only names.
    mutating func lookOnHost() {
        isCDROMDrive = { path in
            // QEMU's driver for drives takes nothing else, such as the loop device of an image.
            let status = try? FileSystem.status(of: path)
            return status?.kind == .blockDevice && status?.representedMajor == Self.majorOfDrives
        }
    }

    /// The kernel's number for CD-ROM drives, `SCSI_CDROM_MAJOR`.
    private static let majorOfDrives: UInt32 = 11
}
