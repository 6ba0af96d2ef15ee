import Virt
import VirtXML

extension StoragePoolCapabilities {
    /// Which types of pools a driver has, and what they can be made of.
    init(of driver: StorageDriver) {
        self.init()
        pools = StoragePoolDefinition.Kind.inOrder.map { type in
            var pool = Pool()
            var definition = StoragePoolDefinition()
            definition.type = type
            pool.type = type
            pool.supported = (try? definition.backend(driver)) != nil
            pool.pool = type.sourceFormats.map {
                Formats("sourceFormatType", $0, standard: type == .logical ? "lvm2" : $0.first ?? "")
            }
            pool.volumes = type.volumeFormats.map {
                Formats("targetFormatType", $0, standard: type == .disk ? "none" : "raw")
            }
            return pool
        }
    }
}

extension StoragePoolCapabilities.Formats {
    fileprivate init(_ name: String, _ formats: [String], standard: String) {
        self.init()
        self.standard = standard
        choices = [DomainCapabilities.Choice(name, formats)]
    }
}

extension StoragePoolDefinition.Kind {
    /// What a volume may be; nil where it has no format.
    var volumeFormats: [String]? {
        switch self {
        case .dir, .fs, .netfs, .gluster, .vstorage: ["none"] + StorageVolumeDefinition.fileFormats
        case .disk:
            ["none", "linux", "fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended"]
        case .rbd: []
        default: nil
        }
    }
}
