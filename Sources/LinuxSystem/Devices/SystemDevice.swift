import ByteText

/// A device that the kernel shows as a folder below `/sys/devices`.
public struct SystemDevice: Sendable {
    public let tree: DeviceTree
    /// Its folder, from `/sys` on.
    public let path: String
    /// The bus or class that it belongs to.
    public let subsystem: String?
    /// The files below `/dev` that udev made for it beside the kernel's own.
    public private(set) var links: [String] = []
    private var properties: [ByteName: String] = [:]

    init(tree: DeviceTree, path: String, kernel: String) {
        (self.tree, self.path) = (tree, path)
        subsystem = tree.target("\(path)/subsystem")
        for line in kernel.split(atByte: "\n") { add(line) }
        let record = record.flatMap { tree.text("/run/udev/data/\($0)") } ?? ""
        for line in record.split(atByte: "\n") {
            if let property = line.droppingBytePrefix("E:") { add(property) }
            if let link = line.droppingBytePrefix("S:") { links.append("/dev/\(link)") }
        }
        links.sort { ByteName($0) < ByteName($1) }
    }

    private mutating func add(_ line: Substring) {
        guard let (key, value) = line.cut(atByte: "=") else { return }
        properties[ByteName(String(key))] = String(value)
    }

    /// The kernel's name for it: `eth0`, `0000:00:1f.2`.
    public var name: String { FileSystem.lastPart(of: path) }

    /// The file below `/dev` that it is opened by.
    public var node: String? { property("DEVNAME").map { "/dev/\($0)" } }

    /// What drives it.
    public var driver: String? { target("driver") }

    /// What the kernel, or udev, says of it by a name such as `DEVTYPE`.
    public func property(_ name: String) -> String? { properties[ByteName(name)] }

    /// What stands in a file of its folder; nil where it's missing or empty.
    public func text(_ name: String) -> String? {
        tree.text("\(path)/\(name)").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A file of its folder that holds a number, in decimal or behind `0x`.
    public func number(_ name: String) -> Int? {
        guard let text = text(name) else { return nil }
        return text.droppingBytePrefix("0x").map { Int($0, radix: 16) } ?? Int(text)
    }

    /// What the thing is called that a link in its folder leads to.
    public func target(_ name: String) -> String? { tree.target("\(path)/\(name)") }

    /// The names in its folder, or in one of those within, in the kernel's order.
    public func names(in folder: String = "") -> [String] { tree.names(in: "\(path)/\(folder)") }

    /// What udev calls its record.
    private var record: String? {
        if let major = property("MAJOR"), let minor = property("MINOR") {
            return (subsystem == "block" ? "b" : "c") + "\(major):\(minor)"
        }
        if subsystem == "net" { return property("IFINDEX").map { "n\($0)" } }
        return subsystem.map { "+\($0):\(name)" }
    }
}
