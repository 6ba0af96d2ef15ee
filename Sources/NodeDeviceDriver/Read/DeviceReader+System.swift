import LinuxSystem
import Virt
import VirtXML

extension DeviceReader {
    /// The computer that all else is a part of, by what its firmware says.
    func system() -> NodeDeviceDefinition {
        func fact(_ name: String) -> String? {
            tree.text("/sys/devices/virtual/dmi/id/\(name)").flatMap { $0.isEmpty ? nil : $0 }
        }
        var system = SystemCapability()
        system.product = fact("product_name")
        system.hardwareVendor = fact("sys_vendor")
        system.hardwareVersion = fact("product_version")
        system.hardwareSerial = fact("product_serial")
        system.uuid = fact("product_uuid").flatMap { UUID($0) } ?? UUID.zero
        system.firmwareVendor = fact("bios_vendor")
        system.firmwareVersion = fact("bios_version")
        system.firmwareReleaseDate = fact("bios_date")
        var definition = NodeDeviceDefinition()
        definition.name = NodeDevice.computer
        definition.capabilities = [.system(system)]
        return definition
    }
}
