import Testing
import VirtXML
import XMLBinding

@Suite("Domains are built in Swift")
struct BuildingTests {
    /// The example of README.md.
    @Test("a domain made of typed values gives libvirt's XML")
    func example() throws {
        var domain = DomainDefinition()
        domain.type = .kvm
        domain.name = "guest"
        domain.memory.total = try ByteSize(2, unit: "GiB")
        domain.vcpu.maximum = 4
        domain.os.type = "hvm"
        domain.os.arch = "x86_64"
        domain.os.machine = "q35"
        domain.onReboot = .restart

        #expect(
            try domain.xml() == """
                <domain type='kvm'>
                  <name>guest</name>
                  <memory unit='KiB'>2097152</memory>
                  <vcpu>4</vcpu>
                  <os>
                    <type arch='x86_64' machine='q35'>hvm</type>
                  </os>
                  <clock offset='utc'/>
                  <on_reboot>restart</on_reboot>
                  <devices>
                  </devices>
                </domain>

                """)
    }
}
