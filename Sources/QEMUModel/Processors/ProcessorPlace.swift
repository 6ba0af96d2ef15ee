import ByteText
import JSON

/// A place that one or several of a guest's processors are plugged into together, as QEMU tells of it.
package struct ProcessorPlace: Equatable, Sendable {
    /// What QEMU calls the device that fills the place.
    package let type: String
    /// How many processors come with it.
    package let count: Int
    /// What tells the place from others: `socket-id`, `core-id` and so on.
    package let properties: JSONObject
    /// Where in QEMU's tree the device stands that fills it; nil where none does.
    package let path: String?

    private static let plugged = "/machine/peripheral/"

    package init?(_ entry: JSONValue) {
        guard let type = entry["type"]?.string else { return nil }
        self.type = type
        count = Int(clamping: min(entry["vcpus-count"]?.uint ?? 1, 1 << 16))
        properties = entry["props"]?.object ?? JSONObject()
        path = entry["qom-path"]?.string
    }

    /// Whether there is something in it.
    package var isPresent: Bool { path != nil }

    /// The name of the device in it, which can be taken out again; nil where it was there from the start.
    package var alias: String? {
        path?.droppingBytePrefix(Self.plugged).map { String($0) }
    }

    /// What fills the place, under a name.
    package func device(named alias: String) -> JSONObject {
        var device: JSONObject = ["driver": .string(type), "id": .string(alias)]
        device.append(properties)
        return device
    }

    /// Whether a processor stands here: it is the device itself or a part of it.
    func holds(_ processor: String) -> Bool {
        guard let path else { return false }
        return processor == path || processor.hasBytePrefix(path + "/")
    }
}
