import DriverKit
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// The calls on one network interface of the test host.
struct TestInterface: InterfaceOperations {
    let name: String
    let service: TestInterfaceService

    func isActive() throws(VirtError) -> Bool {
        try service.change(name) { (interface) throws(VirtError) in interface?.isActive ?? false }
    }

    func xmlDesc(flags: InterfaceXMLFlags) throws(VirtError) -> String {
        try flags.require(in: "testInterfaceGetXMLDesc", from: .test)
        let definition = try service.change(name) { (interface) throws(VirtError) in interface?.definition }
        return try definition?.text(from: .test) ?? ""
    }

    func create(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testInterfaceCreate", from: .test)
        try become(active: true)
    }

    func destroy(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testInterfaceDestroy", from: .test)
        try become(active: false)
    }

    func undefine() throws(VirtError) {
        try service.change(name) { (interface) throws(VirtError) in interface = nil }
    }

    private func become(active: Bool) throws(VirtError) {
        try service.change(name) { (interface) throws(VirtError) in
            if interface?.isActive == active { throw VirtError(.operationInvalid, from: .test) }
            interface?.isActive = active
        }
    }

    /// The interface that `test:///default` starts with.
    static let standard = """
        <interface type='ethernet' name='eth1'>
          <start mode='onboot'/>
          <mac address='aa:bb:cc:dd:ee:ff'/>
          <mtu size='1492'/>
          <protocol family='ipv4'>
            <ip address='192.168.0.5' prefix='24'/>
            <route gateway='192.168.0.1'/>
          </protocol>
        </interface>
        """
}
