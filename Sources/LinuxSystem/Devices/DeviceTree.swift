import ByteText

/// The devices that the kernel shows below `/sys`, with what udev wrote about them below `/run/udev`.
public struct DeviceTree: Sendable {
    /// What stands before `/sys`, `/run` and `/dev`: nothing, but where a tree of files plays a host.
    public let root: String

    public init(root: String = "") { self.root = root }

    /// Whether these are the devices of the very host that this process runs on.
    public var isHost: Bool { root.isEmpty }

    /// The devices on some buses and of some classes, parents before their children.
    public func devices(on buses: [String], of classes: [String]) -> [SystemDevice] {
        let folders = buses.map { "/sys/bus/\($0)/devices" } + classes.map { "/sys/class/\($0)" }
        let paths = Set(
            folders.flatMap { folder in names(in: folder).compactMap { linked(folder, $0) } }
                .map { ByteName($0) })
        return paths.sorted().compactMap { device(at: $0.text) }
    }

    /// The device whose folder is `path`, which begins with `/sys/devices/`; nil where there is none.
    public func device(at path: String) -> SystemDevice? {
        guard path.hasBytePrefix("/sys/devices/"), let events = text("\(path)/uevent") else { return nil }
        return SystemDevice(tree: self, path: path, kernel: events)
    }

    /// The device of a class that has this name; nil where there is none.
    public func device(named name: String, of class: String) -> SystemDevice? {
        linked("/sys/class/\(`class`)", name).flatMap { device(at: $0) }
    }

    /// A file's text without blanks at its end; nil where it can't be read.
    public func text(_ path: String) -> String? { bytes(path, limit: 1 << 16)?.trimmedText }

    /// A file's content, or the part of it that this user may read.
    public func bytes(_ path: String, limit: Int) -> [UInt8]? {
        try? FileSystem.read(root + path, limit: limit)
    }

    /// The names in a folder, in the order that the kernel has them in.
    public func names(in path: String) -> [String] { (try? FileSystem.entries(in: root + path)) ?? [] }

    /// What the link at a path is called that it leads to.
    public func target(_ path: String) -> String? {
        (try? FileSystem.readLink(root + path)).map { FileSystem.lastPart(of: $0) }
    }

    public func exists(_ path: String) -> Bool { FileSystem.exists(root + path) }

    /// The folder that a link leads to. Links of `/sys` are relative, and go up to it first.
    private func linked(_ folder: String, _ name: String) -> String? {
        guard var rest = (try? FileSystem.readLink("\(root)\(folder)/\(name)"))?[...] else { return nil }
        while let shorter = rest.droppingBytePrefix("../") { rest = shorter }
        return rest.hasBytePrefix("devices/") ? "/sys/\(rest)" : nil
    }
}

extension [UInt8] {
    /// As text, without blanks and NULs at its end.
    fileprivate var trimmedText: String {
        let end = lastIndex { !$0.isBlank && $0 != 0 }.map { $0 + 1 } ?? 0
        return String(decoding: prefix(end), as: UTF8.self)
    }
}
