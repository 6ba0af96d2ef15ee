import PublishedData
import VirtXML
import XMLBinding

extension Group {
    /// What the firmware, or else the kernel, says of a machine. A name begins with the architecture.
    static var systemInfo: Group {
        let folder = "sysinfo/sysinfodata/"
        let names = Published.names(in: "sysinfo/sysinfodata", ending: "sysinfo.expect")
        return Group(
            "sysinfo",
            cases: names.compactMap { file in
                let name = String(file.dropLast("sysinfo.expect".count))
                guard let expected = Published.text(folder + file) else { return nil }
                let tables = Published.text("\(folder)\(name)sysinfo.data")
                let kernel = Published.text("\(folder)\(name)cpuinfo.data")
                return Case(name: name, expected: expected) {
                    if let tables, tables.contains("DMI type") {
                        return try SystemInfo(dmidecode: tables).xml()
                    }
                    return try SystemInfo(cpuInfo: kernel ?? "", arch: name)?.xml() ?? ""
                }
            })
    }
}
