import ByteText
import DriverKit
import Virt
import VirtXML

/// What a call wants of a copy of a disk.
struct BlockCopy: Sendable {
    var source: StorageSource
    /// Nil for the disk's own.
    var format: StorageFormat?
    /// The copy stands on the same image as the disk's own.
    var isShallow: Bool
    /// The copy's image is there already.
    var reusesImage: Bool
    /// The guest waits until what it writes is in the copy, too.
    var isSynchronous = false
    /// The guest's definition may outlive the job.
    var allowsPersistent = false
    /// Bytes a second; 0 for as fast as it can.
    var speed: UInt64
    /// In bytes.
    var granularity: UInt32?
    var buffer: UInt64?

    init(
        _ document: String, _ parameters: [TypedParameter], _ flags: DomainBlockCopyFlags
    ) throws(VirtError) {
        let destination = try CopyDestination(document: document)
        if destination.source.isEmpty { throw VirtError(.noSource, nil) }
        (source, format) = (destination.source, destination.format)
        isShallow = flags.contains(.shallow)
        reusesImage = flags.contains(.reuseExt)
        isSynchronous = flags.contains(.synchronousWrites)
        allowsPersistent = flags.contains(.transientJob)
        speed = 0
        for parameter in parameters { try take(parameter) }
        if let granularity, granularity & (granularity &- 1) != 0 {
            throw VirtError(.invalidArg, "granularity must be power of 2", from: .qemu)
        }
    }

    /// A copy as the older call has it.
    init(rebasing path: String, _ flags: DomainBlockRebaseFlags, _ speed: UInt64) {
        source = StorageSource(file: path)
        if flags.contains(.copyDev) { source.type = .block }
        format = flags.contains(.copyRaw) ? .raw : nil
        (isShallow, reusesImage) = (flags.contains(.shallow), flags.contains(.reuseExt))
        self.speed = speed
    }

    private mutating func take(_ parameter: TypedParameter) throws(VirtError) {
        let name = parameter.field
        switch (name, parameter.value) {
        case ("bandwidth", .ullong(let value)):
            speed = try BlockSpeed(value, inBytes: true).bytes
        case ("granularity", .uint(let value)): granularity = value == 0 ? nil : value
        case ("buf-size", .ullong(let value)): buffer = value == 0 ? nil : value
        case ("bandwidth", _), ("buf-size", _):
            throw VirtError(.invalidArg, "invalid type for parameter '\(name)', expected ullong", from: .none)
        case ("granularity", _):
            throw VirtError(.invalidArg, "invalid type for parameter '\(name)', expected uint", from: .none)
        default:
            throw VirtError(.argumentUnsupported, "parameter '\(name)' not supported", from: .none)
        }
    }
}
