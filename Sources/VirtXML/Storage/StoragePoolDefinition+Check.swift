import ByteText
import XMLBinding

extension StoragePoolDefinition {
    /// Throws unless the source and the target say what a pool of the type can't do without.
    func checkSource(_ x: XMLBinder) throws(XMLError) {
        try x.require(!type.needsHost || !source.hosts.isEmpty, "missing storage pool source host name")
        try x.require(!type.needsDevice || !source.devices.isEmpty, "missing storage pool source device path")
        try x.require(type != .netfs || source.dir != nil, "missing storage pool source path")
        try x.require(type != .scsi || source.adapter != nil, "missing storage pool source adapter")
        try x.require(type != .iscsiDirect || source.initiator != nil, "missing storage pool initiator name")
        try x.require(!type.needsTarget || target?.path != nil, "missing storage pool target path")
        try checkFormat(x)
        try x.require(
            source.format != "glusterfs" || source.dir?.hasBytePrefix("/") != false,
            "gluster pool source path '\(source.dir ?? "")' must start with '/'")
    }

    private func checkFormat(_ x: XMLBinder) throws(XMLError) {
        guard let format = source.format, let known = type.sourceFormats else { return }
        if !known.contains(format) {
            throw x.fault("unknown pool format type \(format)", attribute: "type", value: format)
        }
    }
}

extension StoragePoolDefinition.Kind {
    fileprivate var needsHost: Bool {
        [.netfs, .iscsi, .iscsiDirect, .rbd, .sheepdog, .gluster].contains(self)
    }

    fileprivate var needsDevice: Bool { [.fs, .iscsi, .iscsiDirect].contains(self) }

    fileprivate var needsTarget: Bool {
        [.dir, .fs, .netfs, .disk, .iscsi, .scsi, .vstorage].contains(self)
    }

    /// What the source may be made of; nil where it has no format.
    var sourceFormats: [String]? {
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
