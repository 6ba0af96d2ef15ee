import ByteText
import Virt
import XMLBinding

extension SystemInfo {
    /// What a guest can be shown of it, in libvirt's order, with dates and identities that can be.
    mutating func settle(_ x: XMLBinder) throws(XMLError) {
        guard type == .smbios else { return try checkBlobs(x) }
        bios = Self.settled(bios, Self.biosEntries)
        system = Self.settled(system, Self.systemEntries)
        for index in baseBoards.indices {
            baseBoards[index].entries = Self.settled(baseBoards[index].entries, Self.boardEntries)
        }
        baseBoards.removeAll(where: \.entries.isEmpty)
        chassis = Self.settled(chassis, Self.chassisEntries)
        (processors, memoryDevices) = ([], [])
        if let date = bios.first(where: { $0.name == "date" })?.value, !Self.isDate(date) {
            throw x.fault("Invalid BIOS 'date' format", .malformed, value: date)
        }
        if let text = system.first(where: { $0.name == "uuid" })?.value, UUID(text) == nil {
            throw x.fault("malformed <sysinfo> uuid element", .malformed, value: text)
        }
    }

    private static let biosEntries = ["vendor", "version", "date", "release"]
    private static let systemEntries = [
        "manufacturer", "product", "version", "serial", "uuid", "sku", "family",
    ]
    private static let boardEntries = ["manufacturer", "product", "version", "serial", "asset", "location"]
    private static let chassisEntries = ["manufacturer", "version", "serial", "asset", "sku"]

    /// The first entry of each name that says something.
    private static func settled(_ entries: [Entry], _ names: [String]) -> [Entry] {
        names.compactMap { name in entries.first { $0.name == name } }.filter { $0.value?.isEmpty == false }
    }

    /// Whether a text is a date as SMBIOS has it: month, day and year, the year with two digits or four.
    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(atByte: "/", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard parts.count == 3 else { return false }
        return (1...12).contains(parts[0]) && (1...31).contains(parts[1])
            && ((0...99).contains(parts[2]) || parts[2] >= 1900)
    }

    private func checkBlobs(_ x: XMLBinder) throws(XMLError) {
        for entry in entries {
            let hasValue = entry.value?.isEmpty == false || entry.file != nil
            try x.require(hasValue, "Firmware entry must have either value or 'file' attribute")
        }
    }
}
