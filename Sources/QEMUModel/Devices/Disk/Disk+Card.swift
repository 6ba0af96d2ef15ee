import JSON
import VirtXML

extension QEMUGuest {
    /// An SD card: boards have the slot, so QEMU is told by its old option.
    func card(_ disk: DiskDevice) throws(ConfigurationError) -> [QEMUPart] {
        if disk.source.type == .nvme { throw .internal("unsupported storage type for this code path") }
        var image = BlockImage(disk)
        image.drive = try alias(of: disk.info)
        var text = OptionText()
        if let path = disk.source.localPath {
            text.add("file", path)
        } else if !disk.source.isEmpty {
            try text.add("file", storageNode(image, disk.driver, disk.device))
        }
        text.add("format", (disk.driver.format ?? .raw).rawValue)
        text.add("if", "sd")
        text.add("index", DiskTarget.index(disk.target.dev))
        if disk.readonly { text.add("readonly", on: true) }
        let driver = disk.effectiveDriver
        if let cache = driver.cache, cache != .default { text.add("cache", cache.rawValue) }
        text.add("copy-on-read", on: driver.copyOnRead == true ? true : nil)
        text.add("discard", driver.discard?.rawValue)
        text.add("detect-zeroes", driver.detectZeroes?.rawValue)
        text.add("aio", driver.io?.rawValue)
        return try connectionParts(image) + [.option("-drive", text)]
    }
}

extension OptionText {
    /// Appends each value of an object, with the names of what it is in before its own.
    fileprivate mutating func add(_ name: String, _ object: JSONObject) {
        for (key, value) in object.members {
            if let inner = value.object {
                add("\(name).\(key)", inner)
            } else if let number = value.int {
                add("\(name).\(key)", number)
            } else if let flag = value.bool {
                add("\(name).\(key)", on: flag)
            } else if let values = value.array {
                for (index, element) in values.enumerated() {
                    add("\(name).\(key).\(index)", element.object ?? [:])
                }
            } else {
                add("\(name).\(key)", value.string)
            }
        }
    }
}
