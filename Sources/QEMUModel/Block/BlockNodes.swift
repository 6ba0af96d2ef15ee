import ByteText
import JSON

/// All nodes of a running guest's disks, which stand on which, and the devices on top: what QEMU says of itself.
package struct BlockNodes: Sendable {
    package private(set) var nodes: [String: BlockNode] = [:]
    /// The disks' devices, as the guest has them.
    package private(set) var devices: [BlockDevice] = []

    /// What QEMU is asked about all nodes. QEMU 7.2 doesn't live through it where a job has ended that nobody has taken note
    /// of yet.
    package static let naming = MonitorCommand("query-named-block-nodes", ["flat": true])
    /// What QEMU is asked about devices and what is below them.
    package static let counting = MonitorCommand("query-blockstats", [:])
    package static let plugging = MonitorCommand("query-block", [:])

    /// - Parameters:
    ///   - named: the answer to `query-named-block-nodes`; without it, nothing is known of thresholds and bitmaps.
    ///   - counted: the answer to `query-blockstats`, which alone says what stands on what.
    ///   - plugged: the answer to `query-block`.
    package init(named: JSONValue, counted: JSONValue, plugged: JSONValue) {
        for value in named.array ?? [] {
            guard let node = BlockNode(value) else { continue }
            nodes[node.name] = node
        }
        var counters: [String: BlockCounters] = [:]
        for value in counted.array ?? [] {
            note(value, depth: 0)
            guard let device = value["qdev"]?.string, let stats = value["stats"] else { continue }
            counters[device] = BlockCounters(stats)
        }
        for value in plugged.array ?? [] {
            guard let device = BlockDevice(value, counters) else { continue }
            devices.append(device)
            noteSizes(of: device.alias, value["inserted"]?["image"])
        }
    }

    /// Takes over the sizes of the images below a device, from the top.
    private mutating func noteSizes(of alias: String, _ image: JSONValue?) {
        var next = image
        for index in chain(of: alias) {
            guard let image = next, var node = top(of: index) else { return }
            node.virtualSize = node.virtualSize ?? image["virtual-size"]?.uint
            node.actualSize = node.actualSize ?? image["actual-size"]?.uint
            nodes[node.name] = node
            next = image["backing-image"]
        }
    }

    /// Takes over what an answer says of a node and of those below it. No chain is as long as the bound.
    private mutating func note(_ value: JSONValue, depth: Int) {
        guard depth < 400 else { return }
        if let name = value["node-name"]?.string {
            if nodes[name] == nil { nodes[name] = BlockNode(name: name) }
            nodes[name]?.file = value["parent"]?["node-name"]?.string
            nodes[name]?.backing = value["backing"]?["node-name"]?.string
            if let stats = value["stats"] { nodes[name]?.counters = BlockCounters(stats) }
        }
        if let parent = value["parent"] { note(parent, depth: depth + 1) }
        if let backing = value["backing"] { note(backing, depth: depth + 1) }
    }

    /// The device of the disk with an alias.
    package func device(_ alias: String) -> BlockDevice? { devices.first { $0.alias == alias } }

    /// The uppermost node of an image with a number; nil where QEMU hasn't opened it.
    package func top(of image: UInt32) -> BlockNode? {
        ["format", "slice-sto", "storage"].lazy.compactMap { nodes["libvirt-\(image)-\($0)"] }.first
    }

    /// The node that reads the file of an image with a number.
    package func storage(of image: UInt32) -> BlockNode? { nodes["libvirt-\(image)-storage"] }

    /// The images that QEMU really has below a disk's device, from the top, by their numbers.
    package func chain(of alias: String) -> [UInt32] {
        var found: [UInt32] = []
        var next = device(alias)?.node
        for _ in 0..<400 {
            guard let name = next, let node = nodes[name] else { break }
            let number = Self.number(of: name)
            if let number { found.append(number) }
            // A filter stands on what it watches.
            next = node.backing ?? (number == nil ? node.file : nil)
        }
        return found
    }

    /// The number in the name of an image's node: of `libvirt-3-format` 3. Filters have numbers, too, but are no images.
    package static func number(of node: String) -> UInt32? {
        guard let rest = node.droppingBytePrefix("libvirt-"), let (digits, part) = rest.cut(atByte: "-"),
            ["format", "slice-sto", "storage"].contains(String(part))
        else { return nil }
        return UInt32(digits)
    }
}

/// A disk's device, as the guest has it.
package struct BlockDevice: Equatable, Sendable {
    /// The place in QEMU's tree of objects, or the alias, by which QEMU's commands name it.
    package var path: String
    /// The node that it reads and writes; nil for an empty drive.
    package var node: String?
    /// What the guest has met last: `ok`, `failed` or `nospace`.
    package var status: String?
    package var counters: BlockCounters
    /// Its limits, where it has any of its own.
    package var limits: JSONValue?

    fileprivate init?(_ value: JSONValue, _ counters: [String: BlockCounters]) {
        guard let path = value["qdev"]?.string else { return nil }
        self.path = path
        node = value["inserted"]?["node-name"]?.string
        status = value["io-status"]?.string
        limits = value["inserted"]
        self.counters = counters[path] ?? BlockCounters()
    }

    /// The alias of the disk: virtio's devices have one below, which holds the node.
    package var alias: String {
        let rest = path.droppingBytePrefix("/machine/peripheral/") ?? path[...]
        return String(rest.cut(atByte: "/")?.0 ?? rest)
    }
}
