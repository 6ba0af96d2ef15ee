import Testing
import VirtXML
import XMLBinding

@Suite struct ValueTests {
    @Test("a CPU set reads ranges and exceptions and writes ranges")
    func cpuSet() {
        #expect(CPUSet(xml: "0-3,^2,8")?.xml == "0-1,3,8")
        #expect(CPUSet(xml: "5,1-2")?.members == [1, 2, 5])
        for wrong in ["", "a", "3-1", "0-99999999", "-1", "1,,2"] { #expect(CPUSet(xml: wrong) == nil) }
    }

    @Test("units are libvirt's, and what doesn't fit is refused")
    func sizes() throws {
        #expect(try ByteSize(1, unit: "KiB").bytes == 1024)
        #expect(try ByteSize(1, unit: "KB").bytes == 1000)
        #expect(try ByteSize(2, unit: "m").bytes == 2 << 20)
        #expect(try ByteSize(1025, unit: "bytes").kibibytes == 2)
        let suffix = #expect(throws: XMLError.self) { try ByteSize(1, unit: "foo") }
        #expect(suffix?.message == "unknown suffix 'foo'")
        #expect(throws: XMLError.self) { try ByteSize(.max, unit: "k") }
    }

    @Test("a hardware address is read in short form and written in full")
    func mac() {
        #expect(MACAddress(xml: "0:1:2:3:4:ff")?.xml == "00:01:02:03:04:ff")
        #expect(MACAddress(xml: "00:01:02:03:04") == nil)
        #expect(MACAddress(xml: "01:00:00:00:00:00")?.isMulticast == true)
    }

    @Test("a target's letters are its number")
    func targets() {
        #expect(DiskTarget.index("vda") == 0)
        #expect(DiskTarget.index("sdaa") == 26)
        #expect(DiskTarget.index("hdb1") == 1)
        #expect(DiskTarget.index("qqa") == nil)
        #expect(DiskTarget.index("vda1b") == nil)
    }
}

@Suite struct DomainFaultTests {
    private func message(_ inner: String) -> String? {
        let text = "<domain type='qemu'><name>a</name><memory>1</memory>\(inner)</domain>"
        do {
            _ = try DomainDefinition(xml: text)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "faults are told in libvirt's words",
        arguments: [
            ("<vcpu>a</vcpu>", "maximum vcpus count must be an integer"),
            (
                "<vcpu placement='x'>1</vcpu>",
                "Invalid value for attribute 'placement' in element 'vcpu': 'x'."
            ),
            ("<on_crash>foo</on_crash>", "unknown on_crash action: foo"),
            ("<clock offset='bla'/>", "unknown clock offset 'bla'"),
            ("<uuid>x</uuid>", "malformed uuid element"),
            (
                "<devices><disk type='bla'/></devices>",
                "Invalid value for attribute 'type' in element 'disk': 'bla'."
            ),
            // The code's own words come before: "missing target information for device".
            ("<devices><disk type='file'/></devices>", ""),
            ("<devices><disk type='file'><source file='/a'/></disk></devices>", "/a"),
            (
                "<devices><interface type='user'><mac address='zz'/></interface></devices>",
                "unable to parse mac address 'zz'"
            ),
            ("<devices><input/></devices>", "missing input device type"),
        ])
    func words(_ inner: String, _ expected: String) { #expect(message(inner) == expected) }

    @Test("metadata keeps one element for each namespace, and none without")
    func metadata() throws {
        let inner = "<metadata><a:b xmlns:a='http://x'><d/></a:b><a:b xmlns:a='http://x'/><plain/></metadata>"
        let text = "<domain type='qemu'><name>a</name>\(inner)</domain>"
        var domain = try DomainDefinition(xml: text)
        #expect(domain.metadata?.entries.map(\.uri) == ["http://x"])
        domain.metadata?["http://y"] = try Metadata.Entry(uri: "http://y", key: "k", xml: "<e><f/></e>")
        let written = try domain.xml()
        #expect(written.hasPrefix("<domain type='qemu'>\n  <name>a</name>\n  <metadata>\n    <a:b "))
        #expect(try DomainDefinition(xml: written).metadata?["http://y"] != nil)
        domain.metadata?["http://x"] = nil
        #expect(domain.metadata?.entries.count == 1)
    }
}

@Suite struct DomainDeviceTests {
    @Test(
        "a device on its own reads and writes back",
        arguments: [
            "<disk type='file' device='disk'>\n  <source file='/a'/>\n  <target dev='vda' bus='virtio'/>\n</disk>\n",
            "<interface type='user'>\n  <mac address='52:54:00:00:00:01'/>\n  <model type='virtio'/>\n</interface>\n",
            "<vsock model='virtio'>\n  <cid auto='yes'/>\n</vsock>\n",
        ])
    func roundTrip(_ text: String) throws { #expect(try DomainDevice(xml: text).xml() == text) }

    @Test("a device of no known kind is refused")
    func unknown() {
        let error = #expect(throws: XMLError.self) { try DomainDevice(xml: "<toaster/>") }
        #expect(error?.message == "unknown device type 'toaster'")
    }
}
