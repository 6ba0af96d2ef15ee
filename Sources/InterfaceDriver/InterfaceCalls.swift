import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The calls on one network interface.
struct InterfaceCalls: InterfaceOperations {
    let driver: InterfaceDriver
    let name: String

    /// What there is, or with `inactive`, where the host keeps definitions, what is defined.
    func xmlDesc(flags: InterfaceXMLFlags) async throws(VirtError) -> String {
        try flags.require(.inactive, in: "udevInterfaceGetXMLDesc", from: .interface)
        let definition = try await Blocking.run { () throws(VirtError) in
            let (live, kept) = (try driver.links.definition(name), try driver.ifupdown?.definition(name))
            if let shown = flags.contains(.inactive) ? kept ?? live : live ?? kept { return shown }
            throw missing
        }
        return try definition.text(from: .interface)
    }

    func isActive() async throws(VirtError) -> Bool {
        try await Blocking.run { () throws(VirtError) in
            if let link = driver.links.named(name) { return link.isActive }
            if try driver.kept(name) != nil { return false }
            throw missing
        }
    }

    func create(flags: UInt32) async throws(VirtError) {
        let ifupdown = try driver.changed("virInterfaceCreate")
        try flags.require(in: "interfaceCreate", from: .interface)
        try await ifupdown.run("ifup", name)
    }

    func destroy(flags: UInt32) async throws(VirtError) {
        let ifupdown = try driver.changed("virInterfaceDestroy")
        try flags.require(in: "interfaceDestroy", from: .interface)
        try await ifupdown.run("ifdown", name)
    }

    func undefine() async throws(VirtError) {
        let ifupdown = try driver.changed("virInterfaceUndefine")
        try await Blocking.run { () throws(VirtError) in try ifupdown.undefine(name) }
    }

    private var missing: VirtError {
        VirtError(.noInterface, "couldn't find interface named '\(name)'", from: .interface)
    }
}
