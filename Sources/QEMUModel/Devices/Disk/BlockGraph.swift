import JSON
import VirtXML

/// The block nodes of a disk: what serves the images, from the deepest up.
struct BlockGraph {
    let guest: QEMUGuest
    /// How the disk's driver wants its images served.
    let driver: DiskDriver
    let kind: DiskDevice.Kind
    private(set) var parts: [QEMUPart] = []

    init(guest: QEMUGuest, driver: DiskDriver = DiskDriver(), kind: DiskDevice.Kind = .disk) {
        self.guest = guest
        self.driver = driver
        self.kind = kind
    }

    /// Adds the nodes of an image and of all below it; answers the name of its uppermost node.
    mutating func add(_ image: BlockImage) throws(ConfigurationError) -> String {
        var below: String?
        switch image.backing {
        case .image(let next)?: below = try add(next)
        case .node(let name)?: below = name
        case .end?, nil: break
        }
        let dataStore = try addDataStore(image)
        let isFormatted = hasFormatNode(image)
        if isFormatted {
            parts += try guest.encryptionSecrets(image.ownEncryption, prefix: image.formatNode)
        }
        try addStorage(image)
        guard isFormatted else { return image.lowestNode }
        parts.append(.blockdev(try format(image, backing: below, dataFile: dataStore)))
        return image.formatNode
    }

    private mutating func addDataStore(_ image: BlockImage) throws(ConfigurationError) -> String? {
        guard let store = image.dataStore.first else { return nil }
        return try add(store)
    }

    /// A raw image needs no format of its own, if the binary can do without in block jobs too.
    func hasFormatNode(_ image: BlockImage) -> Bool {
        guard image.nodeFormat == .raw else { return true }
        if image.ownEncryption != nil { return true }
        if image.source.actualType == .dir || image.name == "libvirt-pflash0" { return true }
        return !guest.qemu.canMaskRawNode && image.source.type != .vhostvdpa
    }

    private mutating func addStorage(_ image: BlockImage) throws(ConfigurationError) {
        parts += try guest.connectionParts(image)
        var node = try guest.storageNode(image, driver, kind)
        node.add("node-name", image.storageNode)
        addAccess(to: &node, image, isTop: image.source.slice == nil && !hasFormatNode(image))
        parts.append(.blockdev(node))
        guard let slice = image.source.slice, !isSlicedByFormat(image) else { return }
        var part: JSONObject = ["driver": "raw", "file": .string(image.storageNode)]
        add(slice, to: &part)
        part.add("node-name", image.sliceNode)
        addAccess(to: &part, image, isTop: !hasFormatNode(image))
        parts.append(.blockdev(part))
    }

    /// Whether the raw node that stands for the format takes the slice out of the image, so that no other has to.
    private func isSlicedByFormat(_ image: BlockImage) -> Bool {
        image.nodeFormat == .raw && image.ownEncryption == nil && hasFormatNode(image)
    }

    private func add(_ slice: StorageSlice, to node: inout JSONObject) {
        node.add("offset", slice.offset)
        node.add("size", slice.size)
    }

    /// What a node below others lets them decide, and the topmost does.
    private func addAccess(to node: inout JSONObject, _ image: BlockImage, isTop: Bool) {
        if isTop {
            node.add("read-only", image.isReadOnly)
            addEffects(to: &node, image)
        } else {
            node.add("auto-read-only", true)
            node.add("discard", "unmap")
        }
        node.add("cache", cache)
    }

    private func addEffects(to node: inout JSONObject, _ image: BlockImage) {
        node.add("discard", driver.discard?.rawValue)
        guard let zeroes = driver.detectZeroes else { return }
        // Zeroes can't be given back where nothing is.
        let isWritten = zeroes == .unmap && driver.discard != .unmap
        node.add("detect-zeroes", isWritten ? "on" : zeroes.rawValue)
    }

    /// What is kept in the host's memory; nil leaves it to QEMU.
    private var cache: JSONValue? {
        switch driver.cache {
        case nil, .default: nil
        case DiskDriver.Cache.none?: ["direct": true, "no-flush": false]
        case .writethrough, .writeback: ["direct": false, "no-flush": false]
        case .directsync: ["direct": true, "no-flush": false]
        case .unsafe: ["direct": false, "no-flush": true]
        }
    }

    private func format(
        _ image: BlockImage, backing: String?, dataFile: String?
    ) throws(ConfigurationError) -> JSONObject {
        var node: JSONObject = ["node-name": .string(image.formatNode)]
        node.add("read-only", image.isReadOnly)
        addEffects(to: &node, image)
        node.add("cache", cache)
        try addDriver(to: &node, image)
        node.add("data-file", dataFile)
        if let slice = image.source.slice, isSlicedByFormat(image) {
            add(slice, to: &node)
            node.add("file", image.storageNode)
        } else {
            node.add("file", image.lowestNode)
        }
        if let backing {
            node.add("backing", backing)
        } else if case .end? = image.backing, image.format?.canHaveBacking == true {
            node.add("backing", JSONValue.null)
        }
        return node
    }

    private func addDriver(to node: inout JSONObject, _ image: BlockImage) throws(ConfigurationError) {
        let format = image.nodeFormat
        let secret = image.formatNode + "-encryption-secret0"
        if format == .raw, let encryption = image.ownEncryption {
            guard encryption.format != .qcow else {
                throw .unsupported("encryption format 'qcow' is not supported with format 'raw'")
            }
            node.add("driver", "luks")
            node.add("key-secret", secret)
            return
        }
        node.add("driver", try format.qemuDriver())
        guard format == .qcow2 || format == .qcow else { return }
        if let encryption = image.ownEncryption, !encryption.secrets.isEmpty {
            let kind = encryption.format == .luks ? "luks" : "aes"
            node.add("encrypt", ["format": .string(kind), "key-secret": .string(secret)])
        }
        if format == .qcow2, driver.discardNoUnref != nil {
            node.add("discard-no-unref", driver.discardNoUnref)
        }
        node.add("cache-size", image.metadataCacheSize?.bytes)
    }
}

extension QEMUCapabilities {
    /// Whether block jobs record a file's name without the raw layer that may be above it.
    var canMaskRawNode: Bool { schema.has("block-commit", "backing-mask-protocol") }
}

extension StorageFormat {
    /// QEMU's driver for the format.
    func qemuDriver() throws(ConfigurationError) -> String {
        switch self {
        case .raw, .bochs, .cloop, .dmg, .vdi, .qcow, .qcow2, .qed, .vmdk: return rawValue
        case .vpc: return "vpc"
        case .vhd: return "vhdx"
        case .ploop: return "parallels"
        case .fat: return "vvfat"
        default:
            throw .unsupported("storage format '\(rawValue)' is not directly supported by QEMU")
        }
    }

    /// Whether an image in the format may lie on top of another.
    package var canHaveBacking: Bool {
        switch self {
        case .qcow, .qcow2, .qed, .vmdk: true
        default: false
        }
    }
}

extension QEMUGuest {
    /// What opens an image of a disk, and what lies below it where that isn't open already.
    package func imageParts(
        _ image: BlockImage, of disk: DiskDevice
    ) throws(ConfigurationError) -> [QEMUPart] {
        var graph = BlockGraph(guest: self, driver: disk.effectiveDriver, kind: disk.device)
        _ = try graph.add(image)
        return graph.parts
    }

    /// The name of an image's uppermost node.
    package func topNode(of image: BlockImage) -> String {
        BlockGraph(guest: self).hasFormatNode(image) ? image.formatNode : image.lowestNode
    }
}
