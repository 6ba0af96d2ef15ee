import VirtXML

/// One image of a disk's chain, wherever it stands in the document.
package struct BlockImage {
    package var source: StorageSource
    package var format: StorageFormat?
    package var index: UInt32
    package var isReadOnly: Bool
    var metadataCacheSize: ByteSize?
    var auth: StorageAuth?
    var encryption: StorageEncryption?
    /// The image below it; nil where nothing is known about what is below.
    package var backing: Backing?
    /// Where a qcow2 image keeps its data.
    package var dataStore: [BlockImage] = []

    package enum Backing {
        /// The chain is known to end here.
        case end
        indirect case image(BlockImage)
        /// It is open already, as a node with this name.
        case node(String)
    }

    /// The node that reads the image's file.
    package var storageNode: String { drive ?? nodePrefix + "-storage" }
    /// The name of the node that stands for a part of the file alone.
    var sliceNode: String { nodePrefix + "-slice-sto" }
    /// What the format's node stands on.
    var lowestNode: String { source.slice == nil ? storageNode : sliceNode }
    /// The format as QEMU has to read it: a folder is made a raw image by what serves it.
    var nodeFormat: StorageFormat { source.actualType == .dir ? .raw : format ?? .raw }
    /// The encryption that QEMU itself sees to; a server may see to another.
    var ownEncryption: StorageEncryption? { encryption.flatMap { $0.engine == .librbd ? nil : $0 } }
    /// The node that understands the image's format.
    package var formatNode: String { nodePrefix + "-format" }
    /// The name's part that the two share.
    var nodePrefix: String { name ?? "libvirt-\(index)" }
    /// The name of a drive of the old kind, which has no nodes.
    var drive: String?
    /// A name in place of the number, for images that are no disk's.
    package var name: String?

    /// The chain of a disk, from the top.
    package init(_ disk: DiskDevice) {
        self.init(
            source: disk.source, format: disk.driver.format, index: disk.source.index ?? 0,
            isReadOnly: disk.readonly, metadataCacheSize: disk.driver.metadataCacheSize,
            auth: disk.source.auth ?? disk.auth, encryption: disk.source.encryption ?? disk.encryption)
        backing = disk.backingStore.map(Backing.init)
        dataStore = Self.dataStore(of: disk.source, isReadOnly: disk.readonly)
    }

    package init(
        source: StorageSource, format: StorageFormat?, index: UInt32, isReadOnly: Bool,
        metadataCacheSize: ByteSize? = nil, auth: StorageAuth? = nil, encryption: StorageEncryption? = nil,
        name: String? = nil
    ) {
        self.source = source
        self.format = format
        self.index = index
        self.isReadOnly = isReadOnly
        self.metadataCacheSize = metadataCacheSize
        self.auth = auth ?? source.auth
        self.encryption = encryption ?? source.encryption
        self.name = name
    }

    package static func dataStore(of source: StorageSource, isReadOnly: Bool) -> [BlockImage] {
        guard let store = source.dataStore, let file = store.source else { return [] }
        return [
            BlockImage(
                source: file, format: store.format, index: file.index ?? 0, isReadOnly: isReadOnly,
                metadataCacheSize: store.metadataCacheSize)
        ]
    }
}

extension BlockImage.Backing {
    /// What stands below an image; images below the top are never written.
    package init(_ store: BackingStore) {
        guard let source = store.source else {
            self = .end
            return
        }
        var image = BlockImage(
            source: source, format: store.format, index: source.index ?? store.index ?? 0, isReadOnly: true,
            metadataCacheSize: store.metadataCacheSize)
        image.backing = store.backingStore.map(Self.init)
        image.dataStore = BlockImage.dataStore(of: source, isReadOnly: true)
        self = .image(image)
    }
}
