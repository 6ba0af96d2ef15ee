import ByteText
import JSON
import QEMUModel

/// The bitmaps that QEMU tells of.
struct BitmapTable: Sendable {
    struct Bitmap: Sendable {
        /// How much of the image it marks, in bytes.
        let count: UInt64?
        let granularity: UInt64?
        /// It is whole, and QEMU marks what is written.
        let isSound: Bool
        /// How much it can mark, in bytes.
        let size: UInt64?
    }

    private var bitmaps: [ByteName: [ByteName: Bitmap]] = [:]

    init(_ nodes: JSONValue) {
        for node in nodes.array ?? [] {
            guard let name = node["node-name"]?.string else { continue }
            for entry in node["dirty-bitmaps"]?.array ?? [] {
                guard let bitmap = entry["name"]?.string else { continue }
                bitmaps[ByteName(name), default: [:]][ByteName(bitmap)] = Bitmap(
                    count: entry["count"]?.uint, granularity: entry["granularity"]?.uint,
                    isSound: entry["recording"]?.bool == true && entry["inconsistent"]?.bool != true,
                    size: node["image"]?["virtual-size"]?.uint)
            }
        }
    }

    /// The names of the bitmaps in a node.
    func names(in node: String) -> Set<ByteName> { Set((bitmaps[ByteName(node)] ?? [:]).keys) }

    subscript(place: BitmapPlace) -> Bitmap? { bitmaps[ByteName(place.node)]?[ByteName(place.name)] }
}
