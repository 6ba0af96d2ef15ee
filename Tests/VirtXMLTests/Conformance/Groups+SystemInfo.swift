import VirtXML
import XMLBinding

extension Group {
    /// What the firmware, or else the kernel, says of a machine. A name begins with the architecture.
    static var systemInfo: Group {
        let folder = "sysinfo/sysinfodata/"
        let names = Corpus.names(in: "sysinfo/sysinfodata", ending: "sysinfo.expect")
        return Group(
            "sysinfo",
            cases: names.compactMap { file in
                let name = String(file.dropLast("sysinfo.expect".count))
                guard let expected = Corpus.text(folder + file) else { return nil }
                let tables = Corpus.text("\(folder)\(name)sysinfo.data")
                let kernel = Corpus.text("\(folder)\(name)cpuinfo.data")
                return Case(name: name, expected: expected) {
                    if let tables, tables.contains("DMI type") {
                        return try SystemInfo(dmidecode: tables).xml()
                    }
                    return try SystemInfo(cpuInfo: kernel ?? "", arch: name)?.xml() ?? ""
                }
            })
    }
}
