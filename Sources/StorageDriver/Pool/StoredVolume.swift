import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// A volume as it is known.
struct StoredVolume: Sendable {
    var definition: StorageVolumeDefinition
    /// The file as it was when it was looked at last; nil where it has to be looked at again.
    var stamp: FileStamp?
    /// It isn't whole yet.
    var isBeingMade = false
    /// How many read or change it now.
    var users = 0
    /// Whether the one who uses it changes it.
    var isBeingChanged = false

    func reference(in pool: LocalPool) -> StorageVolReference {
        StorageVolReference(pool: pool.title, name: definition.name, key: definition.key ?? "")
    }

    var path: String { definition.target.path ?? "" }

    /// Throws `operationInvalid` while it is made or used.
    func requireIdle() throws(VirtError) {
        try requireWhole()
        if users > 0 {
            throw VirtError(
                .operationInvalid, "volume '\(definition.name)' is still in use.", from: .storage)
        }
    }

    /// Throws `operationInvalid` while it is made or changed.
    func requireReadable() throws(VirtError) {
        if isBeingChanged { try requireIdle() }
        try requireWhole()
    }

    func requireWhole() throws(VirtError) {
        if !isBeingMade { return }
        throw VirtError(
            .operationInvalid, "volume '\(definition.name)' is still being allocated.", from: .storage)
    }
}

/// By what it is seen that a file is still the one that was looked at.
struct FileStamp: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: UInt64
    let allocated: UInt64
    let modified: Int64
    let changed: Int64

    init(_ status: FileStatus) {
        (device, inode, size, allocated) = (status.device, status.inode, status.size, status.allocated)
        (modified, changed) = (status.modified, status.changed)
    }
}
