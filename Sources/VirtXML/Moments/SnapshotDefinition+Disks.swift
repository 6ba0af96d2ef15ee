import ByteText
import XMLBinding

extension SnapshotDefinition {
    /// Whether anything of it is kept in a file of its own.
    public var isExternal: Bool {
        memory?.snapshot == .external || disks.contains { $0.snapshot == .external }
    }

    /// The disks whose state is kept in images of their own.
    public var externalDisks: [Disk] { disks.filter { $0.snapshot == .external } }
    /// The disks whose state is kept within their images.
    public var internalDisks: [Disk] { disks.filter { $0.snapshot == .internal } }

    /// Has the list say of each of the domain's disks, in the domain's order, where its state is kept.
    ///
    /// - Parameters:
    ///   - location: where the state is kept of disks of which neither the list nor the domain says it.
    ///   - isUniform: whether the state of all disks must be kept there, since it goes with the memory's.
    public mutating func alignDisks(
        with domain: DomainDefinition, default location: DiskDevice.SnapshotLocation, isUniform: Bool
    ) throws(XMLError) {
        if disks.count > domain.devices.disks.count {
            throw XMLError(.unsupported, "too many disk snapshot requests for domain", element: "disks")
        }
        var said: [ByteName: Disk] = [:]
        for var disk in disks {
            guard let own = domain.disk(called: disk.name) else {
                throw XMLError(
                    .unsupported, "no disk named '\(disk.name)'", element: "disk", attribute: "name",
                    value: disk.name)
            }
            disk.name = own.target.dev
            if disk.snapshot == nil, disk.source != nil { disk.snapshot = .external }
            disk.snapshot = disk.snapshot ?? own.defaultLocation ?? location
            if isUniform, disk.snapshot != location, !(disk.snapshot == .no && own.mayBeLeftOut) {
                throw Self.wrongLocation(disk.name, location)
            }
            if said.updateValue(disk, forKey: ByteName(disk.name)) != nil {
                throw XMLError(
                    .unsupported, "disk '\(disk.name)' specified twice", element: "disk", attribute: "name",
                    value: disk.name)
            }
        }
        var all: [Disk] = []
        for own in domain.devices.disks {
            if let disk = said[ByteName(own.target.dev)] {
                all.append(disk)
                continue
            }
            var disk = Disk()
            disk.name = own.target.dev
            disk.snapshot = own.defaultLocation ?? location
            if isUniform, disk.snapshot != location, !own.mayBeLeftOut {
                throw Self.wrongLocation(disk.name, location)
            }
            all.append(disk)
        }
        disks = all
    }

    private static func wrongLocation(
        _ name: String, _ location: DiskDevice.SnapshotLocation
    ) -> XMLError {
        XMLError(
            .unsupported, "disk '\(name)' must use snapshot mode '\(location.rawValue)'", element: "disk",
            attribute: "snapshot", value: name)
    }

    /// Names the files of disks that are kept in images of their own and of which nobody has said where: beside the image
    /// that the domain has, with the snapshot's name in place of what the name ends with.
    ///
    /// - Parameters:
    ///   - ending: what the names end with.
    ///   - isRegular: whether a path is a regular file.
    public mutating func nameFiles(
        of domain: DomainDefinition, ending: String, isRegular: (String) -> Bool
    ) throws(XMLError) {
        for index in disks.indices where disks[index].snapshot == .external && disks[index].source == nil {
            let name = disks[index].name
            func refused(_ why: String) -> XMLError {
                XMLError(.unsupported, why, element: "disk", attribute: "name", value: name)
            }
            let source = domain.disk(called: name)?.source
            guard let source, let path = source.hostPath else {
                throw refused("cannot generate external snapshot name for disk '\(name)' without source")
            }
            guard source.actualType == .file, isRegular(path) else {
                throw refused(
                    "source for disk '\(name)' is not a regular file; refusing to generate external snapshot name"
                )
            }
            if ending.contains(byte: "/") {
                throw refused(
                    "cannot generate external snapshot name for disk '\(name)': collision with snapshot name '\(ending)'"
                )
            }
            disks[index].source = StorageSource(file: Self.name(beside: path, ending: ending))
        }
        try requireDistinctFiles()
    }

    /// A path with another ending.
    public static func name(beside path: String, ending: String) -> String {
        let slash = path.lastIndex(ofByte: "/") ?? path.startIndex
        guard let dot = path.lastIndex(ofByte: "."), dot > slash else { return "\(path).\(ending)" }
        return "\(path[..<dot]).\(ending)"
    }

    private func requireDistinctFiles() throws(XMLError) {
        var paths: Set<ByteName> = []
        for disk in externalDisks {
            guard let path = disk.source?.path else { continue }
            if paths.insert(ByteName(path)).inserted { continue }
            throw XMLError(
                .unsupported, "two disks would have the same snapshot file '\(path)': name one for each",
                element: "source", value: path)
        }
    }
}

extension DomainDefinition {
    /// The disk with this target, or with this image where only one has it.
    public func disk(called name: String) -> DiskDevice? {
        if let disk = devices.disks.first(where: { $0.target.dev.hasSameBytes(as: name) }) { return disk }
        let found = devices.disks.filter { $0.source.path?.hasSameBytes(as: name) == true }
        return found.count == 1 ? found.first : nil
    }
}

extension DiskDevice {
    /// Where a snapshot keeps its state unless it says otherwise; nil where that depends on the snapshot.
    fileprivate var defaultLocation: SnapshotLocation? {
        if let snapshot { return snapshot }
        return source.isEmpty || readonly ? .no : nil
    }

    /// Whether nothing is lost where its state isn't kept.
    fileprivate var mayBeLeftOut: Bool { source.isEmpty || readonly }
}

extension StorageSource {
    /// Where it is on the host, if that is in a file or a device of its own.
    fileprivate var hostPath: String? { [.file, .block].contains(actualType) ? path : nil }
}
