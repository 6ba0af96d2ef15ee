import HostKit

/// What the programs that change a disk's table of partitions are told: values, so that they can be compared.
enum DiskCommand {
    /// Writes a new table.
    static func label(_ device: String, _ format: String) -> ProgramTask {
        ProgramTask("parted", [device, "mklabel", "--script", format == "dos" ? "msdos" : format])
    }

    /// Asks for the table, with the room between the partitions, in bytes.
    static func table(of device: String) -> ProgramTask {
        ProgramTask("parted", ["--machine", "--script", device, "unit", "B", "print", "free"])
    }

    /// Makes a partition.
    ///
    /// - Parameters:
    ///   - kind: what parted is told of it, such as `primary ext2`.
    ///   - start: its first byte.
    ///   - end: the byte behind its last.
    static func make(_ kind: String, on device: String, from start: UInt64, to end: UInt64) -> ProgramTask {
        ProgramTask("parted", [device, "mkpart", "--script", kind, "\(start)B", "\(end - 1)B"])
    }

    static func remove(_ number: Int, from device: String) -> ProgramTask {
        ProgramTask("parted", [device, "rm", "--script", "\(number)"])
    }

    /// Says what a partition is for.
    static func flag(_ number: Int, of device: String, _ flag: String) -> ProgramTask {
        ProgramTask("parted", [device, "set", "--script", "\(number)", flag, "on"])
    }

    /// Has a device say of itself no longer that anything is on it.
    static func empty(_ device: String) -> ProgramTask { ProgramTask("wipefs", ["--all", device]) }

    /// Waits until the system has made the files of new devices.
    static func settle() -> ProgramTask { ProgramTask("udevadm", ["settle"]) }
}
