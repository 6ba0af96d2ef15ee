import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

extension TestHost {
    /// A domain's document with everything filled in that it leaves open.
    func definition(_ text: String) throws(VirtError) -> DomainDefinition {
        do throws(XMLError) {
            var definition = try DomainDefinition(xml: text, options: .inactive)
            try Self.complete(&definition)
            return definition
        } catch {
            throw VirtError(document: error)
        }
    }

    static func complete(_ definition: inout DomainDefinition) throws(XMLError) {
        let defaults = GeneralDefaults(arch: "i686") {
            let random = Random.bytes(3)
            return MACAddress((0x52, 0x54, 0x00, random[0], random[1], random[2]))
        }
        try check(definition)
        try definition.fillGeneralDefaults(defaults)
    }

    private static func check(_ definition: DomainDefinition) throws(XMLError) {
        if definition.name.contains(byte: "/") {
            throw XMLError(.xml, "name \(definition.name) cannot contain '/'")
        }
        if definition.vcpu.maximum > maxVCPUs {
            let message = "Maximum CPUs greater than specified machine type limit \(maxVCPUs)"
            throw XMLError(.unsupported, message)
        }
    }
}
