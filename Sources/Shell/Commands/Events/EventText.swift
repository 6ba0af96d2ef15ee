import ByteText
import JSON
import Virt

/// An event as it is printed.
struct EventText {
    /// Its kind, as `--event` takes it.
    let kind: String
    /// What it happened to: `network`, and its name.
    let sort: String
    let name: String
    /// What stands behind the name.
    let detail: String
    let line: String

    /// Nil for what nobody can register for.
    init?(_ event: Event) {
        if let text = DomainEventText(event) {
            (kind, sort, name) = (text.kind, "domain", text.domain.name)
            (detail, line) = (text.detail, text.line)
        } else if let text = Self.object(event) {
            self = text
        } else {
            return nil
        }
    }

    private init(_ kind: String, _ sort: String, _ name: String, _ detail: String = "") {
        (self.kind, self.sort, self.name, self.detail) = (kind, sort, name, detail)
        line = "event '\(kind)' for \(sort) \(name)\(detail)\n"
    }

    /// The event as a line of JSON.
    func json(_ published: PublishedEvent) -> String {
        let told = detail.drop { ": \n".contains($0) }
        let object: JSONObject = [
            "format": 1, "number": published.number == 0 ? .null : JSONValue(published.number),
            "time": JSONValue(published.time), "event": .string(kind), "sort": .string(sort),
            "name": .string(name), "detail": .string(String(told)),
        ]
        return JSONValue.object(object).description + "\n"
    }

    private static func object(_ event: Event) -> EventText? {
        switch event {
        case .networkLifecycle(let it):
            EventText("lifecycle", "network", it.network.name, ": " + word(networkLife, it.event))
        case .networkMetadataChange(let it):
            EventText(
                "metadata-change", "network", it.network.name,
                ": type \(word(metadata, it.type)), uri \(it.nsuri ?? "<null>")")
        case .storagePoolLifecycle(let it):
            EventText("lifecycle", "storage pool", it.pool.name, ": " + word(poolLife, it.event))
        case .storagePoolRefresh(let it): EventText("refresh", "storage pool", it.pool.name)
        case .nodeDeviceLifecycle(let it):
            EventText("lifecycle", "node device", it.device.name, ": " + word(deviceLife, it.event))
        case .nodeDeviceUpdate(let it): EventText("update", "node device", it.device.name)
        case .secretLifecycle(let it):
            EventText("lifecycle", "secret", "\(it.secret.uuid)", ": " + word(secretLife, it.event))
        case .secretValueChanged(let it): EventText("value-changed", "secret", "\(it.secret.uuid)")
        default: nil
        }
    }

    private static func word(_ words: [String], _ number: Int32) -> String {
        words.indices.contains(Int(number)) ? words[Int(number)] : "unknown"
    }

    private static let networkLife = ["Defined", "Undefined", "Started", "Stopped"]
    private static let poolLife = ["Defined", "Undefined", "Started", "Stopped", "Created", "Deleted"]
    private static let deviceLife = ["Created", "Deleted", "Defined", "Undefined"]
    private static let secretLife = ["Defined", "Undefined"]
    private static let metadata = ["description", "title", "element"]
}
