import DriverKit
import Virt
import VirtXML
import XMLBinding

/// A device of the test host.
struct TestNodeDeviceState: Sendable {
    let name: String
    let parent: String?
    /// What it is first of all.
    let capability: String
    /// What else it is.
    var furtherCapabilities: [String] = []
    /// The element that says what it is.
    let details: String
    /// The whole document, where it was made from one.
    var document: String?

    /// The device as a document.
    var xml: String {
        if let document { return document }
        let parent = parent.map { "  <parent>\($0)</parent>\n" } ?? ""
        return "<device>\n  <name>\(name)</name>\n\(parent)\(details)\n</device>\n"
    }

    func has(_ capability: String) -> Bool {
        self.capability == capability || furtherCapabilities.contains(capability)
    }

    /// The devices that `test:///default` starts with: a computer and three SCSI host adapters.
    static let standard: [TestNodeDeviceState] = [
        computer,
        scsiHost(
            1, under: "computer", unique: 0, node: "2000000012341234", fabric: "2000000043214321",
            isVirtual: false),
        scsiHost(
            2, under: "computer", unique: 1, node: "2000000056785678", fabric: "2000000087658765",
            isVirtual: false),
        scsiHost(
            11, under: "scsi_host1", unique: 10, node: "2000000034563456", fabric: "2000000043214321",
            isVirtual: true),
    ]

    /// The virtual adapter that a document asks for: like the one that there is from the start, with the port's names of
    /// the document. There is one at most.
    static func adapter(
        _ definition: NodeDeviceDefinition, among devices: [TestNodeDeviceState]
    ) throws(VirtError) -> TestNodeDeviceState {
        func refused(_ message: String) -> VirtError { VirtError(.internalError, message, from: .nodedev) }
        guard case .scsiHost(let adapter)? = definition.capabilities.first, var port = adapter.fibreChannel
        else { throw refused("no WWNN supplied for 'new device', and auto-generation failed") }
        if port.wwnn.isEmpty { port.wwnn = madeUpName() }
        if port.wwpn.isEmpty { port.wwpn = madeUpName() }
        let parent = definition.parent ?? ""
        guard
            let under = devices.first(where: { $0.has("vports") && (parent.isEmpty || $0.name == parent) }),
            devices.contains(where: { $0.name == "scsi_host11" })
        else { throw refused("Could not find parent device for 'new device'") }
        var made = NodeDeviceDefinition()
        (made.name, made.parent) = ("scsi_host12", under.name)
        var capability = SCSIHostCapability()
        (capability.host, capability.uniqueID, capability.fibreChannel) = (11, 10, port)
        capability.fibreChannel?.fabricWWN = "2000000043214321"
        made.capabilities = [.scsiHost(capability)]
        do throws(XMLError) {
            return TestNodeDeviceState(
                name: made.name, parent: made.parent, capability: "scsi_host",
                furtherCapabilities: ["fc_host"], details: "", document: try made.xml())
        } catch {
            throw VirtError(document: error, from: .nodedev)
        }
    }

    /// A port's name as QEMU's vendor would give it.
    private static func madeUpName() -> String {
        let digits = String(UInt64.random(in: 0..<1 << 36), radix: 16)
        return "5001a4a" + String(repeating: "0", count: 9 - digits.utf8.count) + digits
    }

    private static let computer = TestNodeDeviceState(
        name: "computer", parent: nil, capability: "system",
        details: """
              <capability type='system'>
                <hardware>
                  <vendor>Libvirt</vendor>
                  <version>Test driver</version>
                  <serial>123456</serial>
                  <uuid>11111111-2222-3333-4444-555555555555</uuid>
                </hardware>
                <firmware>
                  <vendor>Libvirt</vendor>
                  <version>Test Driver</version>
                  <release_date>01/22/2007</release_date>
                </firmware>
              </capability>
            """)

    /// A Fibre Channel adapter. Its port's name is that of its node with another first digit; an adapter that isn't virtual
    /// can have virtual ones.
    private static func scsiHost(
        _ number: Int, under parent: String, unique: Int, node: String, fabric: String, isVirtual: Bool
    ) -> TestNodeDeviceState {
        let ports = """

                <capability type='vport_ops'>
                  <max_vports>0</max_vports>
                  <vports>0</vports>
                </capability>
            """
        return TestNodeDeviceState(
            name: "scsi_host\(number)", parent: parent, capability: "scsi_host",
            furtherCapabilities: isVirtual ? ["fc_host"] : ["fc_host", "vports"],
            details: """
                  <capability type='scsi_host'>
                    <host>\(number)</host>
                    <unique_id>\(unique)</unique_id>
                    <capability type='fc_host'>
                      <wwnn>\(node)</wwnn>
                      <wwpn>1\(node.dropFirst())</wwpn>
                      <fabric_wwn>\(fabric)</fabric_wwn>
                    </capability>\(isVirtual ? "" : ports)
                  </capability>
                """)
    }
}
