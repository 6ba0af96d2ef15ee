import ByteText
import XMLBinding

extension StoragePoolDefinition {
    /// Throws unless the source is one of a pool of the type.
    func checkFormat(_ x: XMLBinder) throws(XMLError) {
        if type == .rbd, x.hasChild("source"), source.name == nil {
            throw x.fault("element 'name' is mandatory for RBD pool")
        }
        if let format = source.format, let known = type.sourceFormats, !known.contains(format) {
            throw x.fault(
                "unknown pool format type \(format)", .unsupported, attribute: "type", value: format)
        }
        if source.protocolVersion != nil, type == .netfs, let format = source.format, format != "nfs",
            format != "auto"
        {
            throw x.fault(
                "storage pool protocol ver unsupported for pool type '\(format)'", .unsupported)
        }
    }

    /// Throws unless the source and the target say what a pool of the type can't do without.
    func checkSource(_ x: XMLBinder) throws(XMLError) {
        if copyOnWrite != nil, ![.dir, .fs].contains(type) {
            throw x.fault("cow feature may only be used for 'fs' and 'dir' pools", .noSupport)
        }
        let parts = type.parts
        try x.require(
            !parts.contains(.host) || !source.hosts.isEmpty, "missing storage pool source host name")
        try x.require(
            ![.fs, .disk].contains(type) || !source.devices.isEmpty, "missing storage pool source device name"
        )
        try x.require(type != .netfs || source.dir != nil, "missing storage pool source path")
        try x.require(type != .scsi || source.adapter != nil, "missing storage pool source adapter")
        if type == .iscsiDirect, source.initiator ?? "" == "" {
            throw x.fault("missing initiator IQN", .unsupported)
        }
        try x.require(!type.hasTarget || target?.path != nil, "missing storage pool target path")
    }
}

extension StoragePoolDefinition.Kind {
    /// The parts of a source.
    enum Part { case host, device, dir, adapter, name, initiator }

    /// What the source of a pool of this type says.
    var parts: Set<Part> {
        switch self {
        case .dir, .mpath: []
        case .fs, .disk: [.device]
        case .netfs: [.host, .dir]
        case .logical, .zfs: [.device, .name]
        case .iscsi, .iscsiDirect: [.host, .device, .initiator]
        case .scsi: [.adapter]
        case .rbd, .sheepdog: [.host, .name]
        case .gluster: [.host, .dir, .name]
        case .vstorage: [.name]
        }
    }

    /// Whether the volumes are somewhere on the host.
    var hasTarget: Bool { ![.rbd, .sheepdog, .gluster, .iscsiDirect].contains(self) }

    /// What the source may be made of; nil where it has no format.
    public var sourceFormats: [String]? {
        switch self {
        case .fs:
            [
                "auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs",
                "ocfs2", "vmfs",
            ]
        case .netfs: ["auto", "nfs", "glusterfs", "cifs"]
        case .disk: ["unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"]
        case .logical: ["unknown", "lvm2"]
        default: nil
        }
    }
}
