import ByteText
import DriverKit
import Virt
import VirtXML
import XMLBinding

/// A volume that is to be made: what a client's document says, with what it leaves open.
struct VolumeOrder: Sendable {
    var volume: StorageVolumeDefinition
    /// What its content is taken from; nil for an empty one.
    var source: StorageVolumeDefinition?
    var flags: StorageVolCreateFlags
    /// Whether the document says a size; else it is that of what lies below.
    let saysCapacity: Bool

    /// Reads a client's document for a volume of a pool.
    init(
        _ xml: String, for backend: any PoolBackend, from source: StorageVolumeDefinition? = nil,
        _ flags: StorageVolCreateFlags
    ) throws(VirtError) {
        let said = try StorageVolumeSizes(document: xml, from: .storage)
        var volume = try StorageVolumeDefinition(document: xml, from: .storage)
        do throws(XMLError) { try volume.fillDefaults(pool: backend.pool.type) } catch {
            throw VirtError(document: error, from: .storage)
        }
        if said.capacity == nil, source == nil, volume.backingStore == nil {
            throw VirtError(.xmlError, "missing capacity element", from: .storage)
        }
        try backend.place(&volume)
        if let source {
            volume.capacity = max(volume.capacity ?? .zero, source.capacity ?? .zero)
            if said.allocation == nil { volume.allocation = volume.capacity }
        }
        (self.volume, self.source, self.flags) = (volume, source, flags)
        saysCapacity = said.capacity != nil
    }

    var isRaw: Bool { volume.target.format == "raw" && volume.target.encryption == nil }

    /// Throws where such a volume can't be made.
    func check() throws(VirtError) {
        if volume.name.contains(byte: "/") {
            throw VirtError(
                .operationInvalid, "volume name '\(volume.name)' cannot contain '/'", from: .storage)
        }
        if volume.target.format == "raw" {
            if flags.contains(.preallocMetadata) {
                throw VirtError(
                    .configUnsupported, "metadata preallocation is not supported for raw volumes",
                    from: .storage)
            }
            if volume.backingStore != nil {
                throw VirtError(.noSupport, "backing storage not supported for raw volumes", from: .storage)
            }
        }
        if flags.contains(.preallocMetadata) {
            if volume.target.format != "qcow2" {
                throw VirtError(
                    .configUnsupported, "metadata preallocation only available with qcow2", from: .storage)
            }
            if volume.backingStore != nil {
                throw VirtError(
                    .configUnsupported, "metadata preallocation conflicts with backing store", from: .storage)
            }
        }
        if let source, let below = volume.backingStore?.path, below != source.backingStore?.path {
            throw VirtError(
                .internalError, "a different backing store cannot be specified.", from: .storage)
        }
        if volume.target.format == "ploop" {
            throw VirtError(
                .internalError, "unable to find ploop, please install ploop tools", from: .storage)
        }
    }
}
