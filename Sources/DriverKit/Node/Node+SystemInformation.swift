import LinuxSystem
import VirtXML
import XMLBinding

extension Node {
    /// What the firmware says of the machine, as a `<sysinfo>` document; nil where there is no such firmware.
    static func systemInformation() -> String? {
        guard let facts = SMBIOSFacts() else { return processorInformation() }
        return try? systemInformation(facts).xml()
    }

    /// What the kernel says of the processors, where no firmware tells of the machine.
    private static func processorInformation() -> String? {
        guard let arch = try? NodeFacts().model, arch != "x86_64", arch != "i686",
            let text = try? FileSystem.readText("/proc/cpuinfo", limit: 16 << 20)
        else { return nil }
        return try? SystemInfo(cpuInfo: text, arch: arch)?.xml()
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
