import VirtXML

extension DiskDevice {
    /// All images that the disk has now: its chain, and the copy that is being made.
    private var images: [DiskImage] {
        guard let mirror, let source = mirror.source, let index = source.index else { return chain }
        let isOther = !chain.contains { $0.index == index }
        return chain + (isOther ? [DiskImage(index: index, source: source, format: mirror.format)] : [])
    }

    /// The disk once a job is over, and the images that it hasn't any more.
    ///
    /// - Parameter isDone: whether the job has done what it was to do: of one that waits to be ended, that the disk has
    ///   changed over.
    package func after(_ job: BlockJob, isDone: Bool) -> (disk: DiskDevice, gone: [DiskImage]) {
        var disk = self
        if isDone { disk.apply(job) }
        if job.isMirror { disk.mirror = nil }
        let kept = Set(disk.images.map(\.index))
        return (disk, images.filter { !kept.contains($0.index) })
    }

    private mutating func apply(_ job: BlockJob) {
        switch job.kind {
        case .pull: removeImages(below: job.top, downTo: job.base)
        case .commit:
            guard let above = image(above: job.top) else { return }
            removeImages(below: above.index, downTo: job.base)
        case .activeCommit:
            if let base = job.base { makeTop(base) }
        case .copy:
            guard let mirror, let copy = mirror.source else { return }
            source = copy
            (driver.format, driver.metadataCacheSize) = (mirror.format, mirror.metadataCacheSize)
            backingStore = mirror.backingStore
            backingStore?.isDetected = true
        case .backup: break
        }
    }

    /// The image that stands on another one.
    package func image(above index: UInt32) -> DiskImage? {
        let chain = chain
        guard let place = chain.firstIndex(where: { $0.index == index }), place > 0 else { return nil }
        return chain[place - 1]
    }

    /// The numbers of the disk's images from one down to above another, or to the end.
    package func images(from top: UInt32, downTo base: UInt32?) -> [DiskImage] {
        chain.drop { $0.index != top }.prefix { $0.index != base }.map { $0 }
    }
}
