import Virt

/// An event as it is printed.
struct EventText {
    let line: String

    /// Nil for what nobody can register for.
    init?(_ event: Event) {
        if let text = DomainEventText(event) {
            line = text.line
        } else if let text = Self.object(event) {
            line = text
        } else {
            return nil
        }
    }

    private static func object(_ event: Event) -> String? {
        switch event {
        case .networkLifecycle(let it):
            text("lifecycle", "network \(it.network.name)", ": " + word(networkLife, it.event))
        case .networkMetadataChange(let it):
            text(
                "metadata-change", "network \(it.network.name)",
                ": type \(word(metadata, it.type)), uri \(it.nsuri ?? "<null>")")
        case .storagePoolLifecycle(let it):
            text("lifecycle", "storage pool \(it.pool.name)", ": " + word(poolLife, it.event))
        case .storagePoolRefresh(let it): text("refresh", "storage pool \(it.pool.name)")
        case .nodeDeviceLifecycle(let it):
            text("lifecycle", "node device \(it.device.name)", ": " + word(deviceLife, it.event))
        case .nodeDeviceUpdate(let it): text("update", "node device \(it.device.name)")
        case .secretLifecycle(let it):
            text("lifecycle", "secret \(it.secret.uuid)", ": " + word(secretLife, it.event))
        case .secretValueChanged(let it): text("value-changed", "secret \(it.secret.uuid)")
        default: nil
        }
    }

    private static func text(_ kind: String, _ object: String, _ detail: String = "") -> String {
        "event '\(kind)' for \(object)\(detail)\n"
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
