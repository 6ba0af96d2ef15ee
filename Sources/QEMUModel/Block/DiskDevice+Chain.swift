import ByteText
import VirtXML

/// One image of a running guest's disk: its number, and where the document has it.
package struct DiskImage: Sendable {
    package var index: UInt32
    package var source: StorageSource
    package var format: StorageFormat?

    /// The name by which the file's owner knows it; nil for what is no file of the host.
    package var path: String? { source.localPath }
}

extension DiskDevice {
    /// The disk's images, from the top. Those below the end that is known are QEMU's alone.
    package var chain: [DiskImage] {
        guard !source.isEmpty, let top = source.index else { return [] }
        var found = [DiskImage(index: top, source: source, format: driver.format)]
        for (image, source) in layers {
            guard let index = image.index ?? source.index else { break }
            found.append(DiskImage(index: index, source: source, format: image.format))
        }
        return found
    }

    /// The disk with the images above `base` gone, of which it shows the content itself; without a base, all.
    package mutating func removeImages(below top: UInt32, downTo base: UInt32?) {
        let rest = base.flatMap { store($0) }
        if source.index == top {
            backingStore = rest ?? end
        } else {
            change(top) { [end] in $0.backingStore = rest ?? end }
        }
    }

    /// That nothing is below, found in the image and no part of the definition where the disk said nothing itself.
    private var end: BackingStore {
        var end = BackingStore()
        end.isDetected = backingStore?.isDetected ?? true
        return end
    }

    /// The disk once what was above an image has gone, and it is the disk's own.
    package mutating func makeTop(_ index: UInt32) {
        guard var image = store(index), var own = image.source else { return }
        own.index = index
        source = own
        driver.format = image.format
        driver.metadataCacheSize = image.metadataCacheSize
        image.backingStore?.isDetected = true
        backingStore = image.backingStore
    }

    /// What the document has of an image below the top.
    package func store(_ index: UInt32) -> BackingStore? {
        var next = backingStore
        while let image = next {
            if image.index ?? image.source?.index == index { return image }
            next = image.backingStore
        }
        return nil
    }

    private mutating func change(_ index: UInt32, _ change: (inout BackingStore) -> Void) {
        func changed(_ store: BackingStore?) -> BackingStore? {
            guard var store else { return nil }
            if store.index ?? store.source?.index == index {
                change(&store)
            } else {
                store.backingStore = changed(store.backingStore)
            }
            return store
        }
        backingStore = changed(backingStore)
    }
}
