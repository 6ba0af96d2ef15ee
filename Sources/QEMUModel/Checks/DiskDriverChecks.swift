import VirtXML

extension DomainDefinition {
    func checkDriverName(_ disk: DiskDevice) throws(ConfigurationError) {
        guard let name = disk.driver.name, name != "qemu", disk.source.type != .volume else { return }
        throw .unsupported("unsupported driver name '\(name)' for disk '\(disk.target.dev)'")
    }

    func checkUnreferenced(_ disk: DiskDevice) throws(ConfigurationError) {
        guard disk.driver.discardNoUnref == true else { return }
        if disk.driver.format != .qcow2 {
            throw .unsupported("'discard_no_unref' only works with qcow2 disk format")
        }
        if disk.readonly {
            throw .unsupported("'discard_no_unref' is not compatible with read-only disk")
        }
    }

    func checkCopyOnRead(_ disk: DiskDevice) throws(ConfigurationError) {
        guard disk.driver.copyOnRead == true else { return }
        if disk.readonly || disk.device == .cdrom || disk.device == .floppy {
            throw .unsupported("copy_on_read is not compatible with read-only disk '\(disk.target.dev)'")
        }
        if disk.device == .lun {
            throw .unsupported("copy_on_read is not compatible with 'lun' disk '\(disk.target.dev)'")
        }
    }

    func checkShared(_ disk: DiskDevice) throws(ConfigurationError) {
        if disk.shareable, !disk.readonly, disk.device != .cdrom, disk.driver.format ?? .raw != .raw {
            throw .unsupported(
                "shared access for disk '\(disk.target.dev)' requires use of supported storage format")
        }
    }

    func checkDriver(_ disk: DiskDevice) throws(ConfigurationError) {
        if disk.driver.io == .native, disk.device != .cdrom, disk.driver.cache != DiskDriver.Cache.none,
            disk.driver.cache != .directsync
        {
            throw .unsupported("io='native' needs either no disk cache or directsync cache mode")
        }
    }

    func checkTransient(_ disk: DiskDevice) throws(ConfigurationError) {
        guard disk.transient != nil else { return }
        let dev = disk.target.dev
        if disk.readonly || disk.device == .cdrom {
            throw .unsupported("transient disk '\(dev)' must not be read-only")
        }
        if disk.source.type != .file {
            throw .unsupported("transient disk supported only with 'file' type (\(dev))")
        }
        if disk.device != .disk {
            throw .unsupported("transient disk supported only with 'disk' device (\(dev))")
        }
        let bus = disk.target.bus
        if disk.transient?.shareBacking == true, ![.virtio, .scsi, .usb].contains(bus) {
            throw .unsupported(
                "disk bus '\(disk.target.busName)' doesn't support transiend disk backing image sharing")
        }
    }

    /// A disk has one thread or several, not both.
    func checkThreadNames(of disk: DiskDevice) throws(ConfigurationError) {
        if disk.driver.iothread != nil, !disk.driver.iothreads.isEmpty {
            throw .xml(
                "disk driver 'iothread' attribute can't be used together with 'iothreads' subelement")
        }
    }

    func checkThreads(of disk: DiskDevice) throws(ConfigurationError) {
        let threads = disk.driver.iothread.map { [$0] } ?? disk.driver.iothreads.map(\.id)
        guard !threads.isEmpty else { return }
        if disk.target.bus != .virtio {
            throw .unsupported(
                "IOThreads not available for bus \(disk.target.busName) target \(disk.target.dev)"
            )
        }
        if disk.driver.queues == nil, disk.driver.iothreads.contains(where: { !$0.queues.isEmpty }) {
            throw .unsupported("'queue' count must be configured for explicit iothread to queue mapping")
        }
        for thread in threads where !hasIOThread(thread) {
            let what = disk.driver.iothread == nil ? "iothread" : "Disk iothread"
            throw .unsupported("\(what) '\(thread)' not defined in iothreadid")
        }
    }

    /// Options that only the virtio family of devices has.
    package func check(_ options: VirtioOptions, isVirtio: Bool) throws(ConfigurationError) {
        guard !isVirtio else { return }
        for (name, value) in [
            ("iommu", options.iommu), ("ats", options.ats), ("packed", options.packed),
        ] where value != nil {
            throw .unsupported("\(name) driver option is only supported for virtio devices")
        }
        if options.pagePerVQ != nil {
            throw .unsupported("page_per_vq option is only supported for virtio devices")
        }
    }

    /// Limits on a disk's traffic, of its own or of a group that there is.
    func checkThrottling(_ disk: DiskDevice) throws(ConfigurationError) {
        if !disk.throttleFilters.isEmpty, disk.device == .cdrom {
            throw .operation("cdrom device with throttle filters isn't supported")
        }
        if let missing = disk.throttleFilters.first(where: { !hasThrottleGroup($0.group) }) {
            throw .xml("throttle group '\(missing.group)' not found")
        }
        guard disk.iotune != nil else { return }
        if !disk.throttleFilters.isEmpty {
            throw .operation(
                "block 'throttlefilters' can't be used together with 'iotune' for disk '\(disk.target.dev)'")
        }
    }

    private func hasThrottleGroup(_ name: String) -> Bool { throttleGroups.contains { $0.groupName == name } }

    /// Limits: no totals beside parts, and what QEMU can count.
    ///
    /// - Parameter isShared: whether they are those of a group, which may have none.
    func check(_ tune: IOTune, isShared: Bool = false) throws(ConfigurationError) {
        func exclude(
            _ total: UInt64?, _ read: UInt64?, _ write: UInt64?, _ name: String
        ) throws(ConfigurationError) {
            if total != nil, read != nil || write != nil {
                throw .xml("total and read/write \(name) cannot be set at the same time")
            }
        }
        try exclude(tune.totalBytes, tune.readBytes, tune.writeBytes, "bytes_sec")
        try exclude(tune.totalIOPS, tune.readIOPS, tune.writeIOPS, "iops_sec")
        try exclude(tune.totalBytesMax, tune.readBytesMax, tune.writeBytesMax, "bytes_sec_max")
        try exclude(tune.totalIOPSMax, tune.readIOPSMax, tune.writeIOPSMax, "iops_sec_max")
        if !tune.hasLimits, tune.groupName != nil, !isShared {
            throw .unsupported("group_name can be configured only together with settings")
        }
    }

    func checkSizes(of tune: IOTune) throws(ConfigurationError) {
        let limits = [
            tune.totalBytes, tune.readBytes, tune.writeBytes, tune.totalIOPS, tune.readIOPS, tune.writeIOPS,
            tune.totalBytesMax, tune.readBytesMax, tune.writeBytesMax, tune.totalIOPSMax, tune.readIOPSMax,
            tune.writeIOPSMax, tune.sizeIOPS,
        ]
        if limits.contains(where: { $0 ?? 0 > 1_000_000_000_000_000 }) {
            throw .argumentUnsupported(
                "block I/O throttle limit must be no more than 1000000000000000 using QEMU")
        }
    }
}

extension IOTune {
    /// Whether anything but a name is said.
    var hasLimits: Bool {
        var named = IOTune()
        named.groupName = groupName
        return self != named
    }
}
