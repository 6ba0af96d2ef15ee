import Virt
import VirtXML

extension StoragePoolDefinition: NamedDefinition {}

extension ListFilter {
    /// How lists of storage pools choose.
    public static var storagePools: ListFilter {
        .startable(types: StoragePoolDefinition.Kind.allCases.reduce(0) { $0 | $1.listFlag.rawValue })
    }
}

extension StoragePoolDefinition.Kind {
    /// The flag of lists that stands for pools of this type.
    public var listFlag: ConnectListAllStoragePoolsFlags {
        switch self {
        case .dir: .dir
        case .fs: .fs
        case .netfs: .netfs
        case .logical: .logical
        case .disk: .disk
        case .iscsi: .iscsi
        case .iscsiDirect: .iscsiDirect
        case .scsi: .scsi
        case .mpath: .mpath
        case .rbd: .rbd
        case .sheepdog: .sheepdog
        case .gluster: .gluster
        case .zfs: .zfs
        case .vstorage: .vstorage
        }
    }
}
