import LinuxSystem
import VirtXML
import XMLBinding

extension Node {
    /// What the firmware says of the machine, as a `<sysinfo>` document; nil where there is no such firmware.
    static func systemInformation() -> String? {
        guard let facts = SMBIOSFacts() else { return nil }
        var document = SystemInfoDocument()
        document.content = systemInformation(facts)
        return try? document.xml()
    }

    static func systemInformation(_ facts: SMBIOSFacts) -> SystemInfo {
        func entries(_ names: KeyValuePairs<String, String>) -> [SystemInfo.Entry] {
            names.compactMap { name, file in facts[file].map { SystemInfo.Entry(name, $0) } }
        }
        var info = SystemInfo()
        info.bios = entries([
            "vendor": "bios_vendor", "version": "bios_version", "date": "bios_date",
            "release": "bios_release",
        ])
        info.system = entries([
            "manufacturer": "sys_vendor", "product": "product_name", "version": "product_version",
            "serial": "product_serial", "uuid": "product_uuid", "sku": "product_sku",
            "family": "product_family",
        ])
        var board = SystemInfo.Block()
        board.entries = entries([
            "manufacturer": "board_vendor", "product": "board_name", "version": "board_version",
            "serial": "board_serial", "asset": "board_asset_tag",
        ])
        if !board.entries.isEmpty { info.baseBoards = [board] }
        info.chassis = entries([
            "manufacturer": "chassis_vendor", "version": "chassis_version", "serial": "chassis_serial",
            "asset": "chassis_asset_tag",
        ])
        return info
    }
}

/// The information as a document of its own.
private struct SystemInfoDocument: XMLRoot {
    static let elementName: StaticString = "sysinfo"
    static let origin = "(sysinfo)"
    var content = SystemInfo()

    init() {}

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try content.bind(&x) }
}
