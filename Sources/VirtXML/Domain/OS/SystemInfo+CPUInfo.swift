import ByteText

extension SystemInfo {
    /// What the kernel says of the processors of a machine without SMBIOS tables, in `/proc/cpuinfo`; nil if that is
    /// nothing.
    public init?(cpuInfo text: String, arch: String) {
        self.init()
        let fields = text.split(atByte: "\n").compactMap(CPUInfoField.init)
        if arch.hasBytePrefix("s390") {
            processors = Self.mainframeProcessors(fields)
        } else {
            processors = Self.processors(fields, isPower: arch.hasBytePrefix("ppc"))
        }
        if processors.isEmpty { return nil }
    }

    /// A field `processor` begins the next one; the first of its kind is often named only once, above them all.
    private static func processors(_ fields: [CPUInfoField], isPower: Bool) -> [Block] {
        let kinds = isPower ? ["cpu"] : ["Processor", "model name"]
        let common = fields.first { kinds.contains($0.name) }?.value
        var blocks: [Block] = []
        for field in fields {
            if field.name == "processor" {
                var block = Block()
                block.entries.append(Entry("socket_destination", field.value))
                if let common { block.entries.append(Entry("type", common)) }
                blocks.append(block)
            } else if isPower, field.name == "revision", !blocks.isEmpty {
                blocks[blocks.endIndex - 1].entries.append(Entry("version", field.value))
            }
        }
        return blocks
    }

    /// A line for each: `processor 0: version = FF,  identification = 000123,  machine = 2817`.
    private static func mainframeProcessors(_ fields: [CPUInfoField]) -> [Block] {
        let vendor = fields.first { $0.name == "vendor_id" }?.value
        return fields.filter { $0.name.hasBytePrefix("processor ") }.map { field in
            var values: [String: String] = [:]
            for part in field.value.split(atByte: ",") {
                let pair = part.split(atByte: "=").map { CPUInfoField.trimmed($0) }
                if pair.count == 2, let name = pair.first, let value = pair.last { values[name] = value }
            }
            let entries = [
                ("family", values["machine"]), ("manufacturer", vendor), ("version", values["version"]),
                ("serial_number", values["identification"]),
            ]
            var block = Block()
            block.entries = entries.compactMap { name, value in value.map { Entry(name, $0) } }
            return block
        }
    }
}

/// A line `name: value`, as the kernel and dmidecode write them.
struct CPUInfoField {
    var name: String
    var value: String

    init?(_ line: Substring) {
        guard let (name, value) = line.cut(atByte: ":") else { return nil }
        (self.name, self.value) = (Self.trimmed(name), Self.trimmed(value))
    }

    static func trimmed(_ text: Substring) -> String { String(text.trimmingBlanks()) }
}
