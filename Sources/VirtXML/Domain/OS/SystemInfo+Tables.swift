import ByteText

extension SystemInfo {
    /// What the program `dmidecode` says of the machine's SMBIOS tables.
    public init(dmidecode text: String) {
        self.init()
        let tables = SMBIOSTable.all(in: text)
        for (index, table) in tables.enumerated() {
            if table.title.hasBytePrefix("Memory Device") {
                addMemory(tables[index...])
            } else {
                add(table)
            }
        }
    }

    private mutating func add(_ table: SMBIOSTable) {
        switch table.title {
        case "BIOS Information": bios = table.entries(Self.biosNames)
        case "System Information": system = table.entries(Self.systemNames)
        case "Base Board Information": append(table.entries(Self.boardNames), to: \.baseBoards)
        case "Chassis Information": chassis = table.entries(Self.chassisNames)
        case "Processor Information": append(table.entries(Self.processorNames), to: \.processors)
        case "OEM Strings":
            oemStrings += table.fields.filter { $0.name.hasBytePrefix("String ") }.map(\.value)
        default: break
        }
    }

    /// As libvirt has it, a table of where a device is mapped is a device too: its own size, and all that it doesn't
    /// say from the tables that follow.
    private mutating func addMemory(_ tables: ArraySlice<SMBIOSTable>) {
        var device = SMBIOSTable(title: "Memory Device")
        device.fields = tables.prefix(2).flatMap(\.fields).map { field in
            (field.name == "Range Size" ? "Size" : field.name, field.value)
        }
        if device["Size"] == "No Module Installed" { return }
        append(device.entries(Self.memoryNames), to: \.memoryDevices)
    }

    private mutating func append(_ entries: [Entry], to list: WritableKeyPath<SystemInfo, [Block]>) {
        guard !entries.isEmpty else { return }
        var block = Block()
        block.entries = entries
        self[keyPath: list].append(block)
    }

    typealias Names = KeyValuePairs<String, String>

    private static let biosNames: Names = [
        "Vendor": "vendor", "Version": "version", "Release Date": "date", "BIOS Revision": "release",
    ]
    private static let systemNames: Names = [
        "Manufacturer": "manufacturer", "Product Name": "product", "Version": "version",
        "Serial Number": "serial", "UUID": "uuid", "SKU Number": "sku", "Family": "family",
    ]
    private static let boardNames: Names = [
        "Manufacturer": "manufacturer", "Product Name": "product", "Version": "version",
        "Serial Number": "serial", "Asset Tag": "asset", "Location In Chassis": "location",
    ]
    private static let chassisNames: Names = [
        "Manufacturer": "manufacturer", "Version": "version", "Serial Number": "serial", "Asset Tag": "asset",
        "SKU Number": "sku",
    ]
    private static let processorNames: Names = [
        "Socket Designation": "socket_destination", "Type": "type", "Family": "family",
        "Manufacturer": "manufacturer", "Signature": "signature", "Version": "version",
        "External Clock": "external_clock", "Max Speed": "max_speed", "Status": "status",
        "Serial Number": "serial_number", "Part Number": "part_number",
    ]
    private static let memoryNames: Names = [
        "Size": "size", "Form Factor": "form_factor", "Locator": "locator", "Bank Locator": "bank_locator",
        "Type": "type", "Type Detail": "type_detail", "Speed": "speed", "Manufacturer": "manufacturer",
        "Serial Number": "serial_number", "Part Number": "part_number",
    ]
}

/// One table: a title, and fields one tab deeper.
private struct SMBIOSTable {
    var title: String
    var fields: [(name: String, value: String)] = []

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    func entries(_ names: SystemInfo.Names) -> [SystemInfo.Entry] {
        names.compactMap { name, entry in self[name].map { SystemInfo.Entry(entry, $0) } }
    }

    static func all(in text: String) -> [SMBIOSTable] {
        var tables: [SMBIOSTable] = []
        for line in text.split(atByte: "\n") where !line.hasBytePrefix("Handle ") {
            if !line.hasBytePrefix("\t") || tables.isEmpty {
                tables.append(SMBIOSTable(title: String(line)))
            } else if !line.hasBytePrefix("\t\t"), let field = CPUInfoField(line), !field.value.isEmpty {
                tables[tables.endIndex - 1].fields.append((field.name, field.value))
            }
        }
        return tables
    }
}
