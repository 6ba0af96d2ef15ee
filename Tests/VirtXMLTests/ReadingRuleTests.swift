import Testing
import VirtXML
import XMLBinding

/// How libvirt reads what is empty, wrong or there twice, a rule a test.
@Suite struct ReadingRuleTests {
    /// A domain with some elements of its own and devices.
    private static func domain(_ own: String, _ devices: String = "") -> String {
        "<domain type='qemu'><name>a</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os>\(own)"
            + "<devices>\(devices)</devices></domain>"
    }

    /// The part of a domain that a rule is about: an element of its own, or a device.
    struct Part: Sendable {
        var text: String
        var isDevice = true

        static func own(_ text: String) -> Part { Part(text: text, isDevice: false) }

        static func device(_ text: String) -> Part { Part(text: text) }

        func read() throws(XMLError) -> DomainDefinition {
            try DomainDefinition(
                xml: isDevice ? domain("", text) : domain(text), options: [.inactive, .secure])
        }
    }

    @Test(
        "an empty element is an absent one",
        arguments: [
            "<uuid/>", "<title></title>", "<description/>", "<iothreads/>", "<on_poweroff/>", "<on_crash/>",
            "<bootloader/>", "<cputune><shares/></cputune>", "<blkiotune><weight/></blkiotune>",
            "<memtune><hard_limit/></memtune>", "<currentMemory/>",
        ])
    func emptyElement(text: String) throws { #expect(try Part.own(text).read() == Part.own("").read()) }

    @Test(
        "some empty attributes are absent ones",
        arguments: [
            (Part.own("<clock offset=''/>"), Part.own("<clock/>")),
            (
                .device("<video><model type='vga' primary='zz'/></video>"),
                .device("<video><model type='vga'/></video>")
            ),
            (.device("<graphics type='vnc' autoport='zz'/>"), .device("<graphics type='vnc'/>")),
            (.own("<memoryBacking><access mode=''/></memoryBacking>"), .own("")),
            (
                .own("<memtune><hard_limit unit=''>5</hard_limit></memtune>"),
                .own("<memtune><hard_limit>5</hard_limit></memtune>")
            ),
            (
                .device("<video><model type='vga' primary=''/></video>"),
                .device("<video><model type='vga'/></video>")
            ),
            (
                .device("<interface type='user'><model type=''/><script path=''/></interface>"),
                .device("<interface type='user'/>")
            ),
            (
                .device("<interface type='user'><mtu size=''/></interface>"),
                .device("<interface type='user'/>")
            ),
            (.device("<graphics type='vnc' autoport=''/>"), .device("<graphics type='vnc'/>")),
            (
                .device("<serial type='pty'><target port='-1'/></serial>"),
                .device("<serial type='pty'><target/></serial>")
            ),
        ])
    func emptyAttribute(with: Part, without: Part) throws { #expect(try with.read() == without.read()) }

    @Test("an empty host of a character device is a value")
    func emptyHost() throws {
        let text = "<serial type='tcp'><source mode='connect' host='' service='1'/></serial>"
        #expect(try Part.device(text).read().devices.serials.first?.source.host == "")
    }

    @Test(
        "an element that says nothing isn't kept",
        arguments: [
            "<interface type='user'><driver/><backend/><rom/><target/><bandwidth/></interface>",
            "<disk type='file'><source file='/a'><seclabel model='dac' labelskip='yes'/></source><target dev='vda'/>"
                + "<iotune/><blockio/></disk>",
        ])
    func saysNothing(text: String) throws {
        let plain =
            text.contains("disk")
            ? "<disk type='file'><source file='/a'/><target dev='vda'/></disk>" : "<interface type='user'/>"
        #expect(try Part.device(text).read() == Part.device(plain).read())
    }

    @Test("a label means that its image is relabelled")
    func label() throws {
        let text =
            "<disk><source file='/a'><seclabel model='dac'><label>x</label></seclabel></source><target dev='vda'/></disk>"
        #expect(try Part.device(text).read().xml().contains("<seclabel model='dac' relabel='yes'>"))
    }

    @Test("SPICE's channels have an order of their own")
    func channels() throws {
        let text =
            "<graphics type='spice'><channel name='display' mode='secure'/><channel name='cursor' mode='any'/>"
            + "<channel name='main' mode='insecure'/></graphics>"
        let names = try Part.device(text).read().devices.graphics.first?.spice?.channels.map(\.name)
        #expect(names == [.main, .display])
    }

    @Test(
        "what stands in a second container counts",
        arguments: [
            (
                "<features><acpi/></features><features><apic/></features>",
                "<features><acpi/><apic/></features>"
            ),
            (
                "<features><hyperv><relaxed state='on'/></hyperv><hyperv><vapic state='on'/></hyperv></features>",
                "<features><hyperv><relaxed state='on'/><vapic state='on'/></hyperv></features>"
            ),
            (
                "<memoryBacking><locked/></memoryBacking><memoryBacking><nosharepages/></memoryBacking>",
                "<memoryBacking><locked/><nosharepages/></memoryBacking>"
            ),
            ("<clock/><clock offset='localtime'/>", "<clock offset='localtime'/>"),
            (
                "<devices><hub type='usb'/></devices><devices><hub type='usb'/></devices>",
                "<devices><hub type='usb'/><hub type='usb'/></devices>"
            ),
        ])
    func secondContainer(two: String, one: String) throws {
        #expect(try Part.own(two).read() == Part.own(one).read())
    }

    /// A part, and the words in which it is refused.
    struct Refused: Sendable {
        var part: Part
        var code: XMLError.Code
        var message: String

        init(_ part: Part, _ code: XMLError.Code, _ message: String) {
            (self.part, self.code, self.message) = (part, code, message)
        }
    }

    @Test("a wrong value is refused in the words of its place", arguments: wrongValues + twice)
    func refused(wrong: Refused) {
        let error = #expect(throws: XMLError.self) { try wrong.part.read() }
        #expect(error?.message == wrong.message)
        #expect(error?.code == wrong.code)
    }
}

extension ReadingRuleTests {
    private static let disk = ("<disk><source file='/a'/><target dev='vda'/>", "</disk>")

    static let wrongValues: [Refused] = [
        Refused(
            .own("<memoryBacking><source type='zz'/></memoryBacking>"), .unsupported,
            "unknown memoryBacking/source/type 'zz'"),
        Refused(
            .device("<rng model='virtio'><rate bytes='zz'/><backend model='random'/></rng>"), .xml,
            "invalid RNG rate bytes value"),
        Refused(
            .device("<serial type='zz'/>"), .unsupported,
            "unknown type presented to host for character device: zz"),
        Refused(
            .device("<console type='pty'><target type=''/></console>"), .unsupported,
            "unknown target type '' specified for character device"),
        Refused(.device("<serial type='pty'><target port='zz'/></serial>"), .xml, "Invalid port number: zz"),
        Refused(.device("<input type='' bus='usb'/>"), .unsupported, "unknown input device type ''"),
        Refused(.device("<hub type=''/>"), .unsupported, "unknown hub device type ''"),
        Refused(.device("<panic model='zz'/>"), .unsupported, "unknown panic model 'zz'"),
        Refused(.device("<graphics type='vnc' port=''/>"), .internalError, "cannot parse vnc port "),
        Refused(
            .device("<controller type='usb' index='-1'/>"), .xml,
            "Invalid value for attribute 'index' in element 'controller': '-1'. Expected non-negative value"),
        Refused(
            .device("<disk><driver type=''/><target dev='vda'/></disk>"), .unsupported,
            "unknown driver format value ''"),
        Refused(
            .device(
                disk.0 + "<backingStore type='zz'><format type='raw'/><source file='/b'/></backingStore>"
                    + disk.1),
            .xml, "unknown storage source type 'zz'"),
        Refused(
            .device(disk.0 + "<backingStore type='file'/>" + disk.1), .xml,
            "missing disk backing store format"),
        Refused(
            .device(disk.0 + "<iotune><total_bytes_sec>zz</total_bytes_sec></iotune>" + disk.1), .xml,
            "disk iotune field 'total_bytes_sec' must be an integer"),
        Refused(.device("<interface type='user'><mtu size='zz'/></interface>"), .xml, "malformed mtu size"),
        Refused(.device("<filesystem><source dir='/a'/><target dir=''/></filesystem>"), .noTarget, "/a"),
        Refused(.own("<cputune><shares>zz</shares></cputune>"), .xml, "can't parse cputune shares value"),
        Refused(
            .own("<memtune><hard_limit>zz</hard_limit></memtune>"), .xml,
            "Invalid value 'zz' for element or attribute './memtune/hard_limit[1]'"),
        Refused(.own("<iothreads>zz</iothreads>"), .xml, "invalid iothreads count 'zz'"),
        Refused(
            .own("<maxMemory slots='1'/>"), .xml,
            "maximum memory size must be specified when specifying number of memory slots"),
        Refused(.own("<seclabel type='static' model='dac'/>"), .xml, "security label is missing"),
        Refused(.own("<cpu mode='zz'/>"), .unsupported, "Invalid mode attribute 'zz'"),
    ]

    static let twice: [Refused] = [
        Refused(
            .own("<os><acpi><table type='slic'>/a</table><table type='slic'>/b</table></acpi></os>"), .xml,
            "ACPI table type 'slic' may only appear once"),
        Refused(.own("<numatune/><numatune/>"), .xml, "only one numatune is supported"),
        Refused(.own("<resource/><resource/>"), .xml, "only one resource element is supported"),
        Refused(
            .device("<serial type='file'><source path='/a'/><source path='/b'/></serial>"), .xml,
            "only one source element is allowed for character device"),
        Refused(
            .device("<rng model='virtio'><backend model='random'/><backend model='random'/></rng>"), .xml,
            "only one RNG backend is supported"),
        Refused(
            .device(
                "<disk><source file='/a'><seclabel model='dac' relabel='no'/><seclabel model='dac' relabel='no'/></source>"
                    + "<target dev='vda'/></disk>"), .malformed, "seclabel for model dac is already provided"),
    ]
}

@Suite struct MetadataRuleTests {
    private func written(_ metadata: String, root: String = "") throws -> String {
        let xml =
            "<domain type='qemu'\(root)><name>a</name><memory>1</memory><os><type>hvm</type></os>\(metadata)</domain>"
        return try DomainDefinition(xml: xml).xml()
    }

    @Test("declarations and attributes stay where they were written")
    func declarations() throws {
        let text = try written("<metadata xmlns:a='u:a' b='1'><a:x/></metadata>")
        #expect(text.contains("  <metadata xmlns:a=\"u:a\" b=\"1\">\n    <a:x/>\n  </metadata>\n"))
    }

    @Test("a declaration from further out moves to the element itself, if it's used")
    func inherited() throws {
        let text = try written("<metadata><a:x/></metadata>", root: " xmlns:a='u:a' xmlns:c='u:c'")
        #expect(text.contains("  <metadata xmlns:a=\"u:a\">\n    <a:x/>\n  </metadata>\n"))
    }

    @Test("comments and verbatim sections in an entry are kept")
    func nodes() throws {
        let text = try written("<metadata><a:x xmlns:a='u:a'>t<!-- c --><![CDATA[<&]]></a:x></metadata>")
        #expect(
            text.contains(
                "  <metadata>\n    <a:x xmlns:a=\"u:a\">t<!-- c --><![CDATA[<&]]></a:x>\n  </metadata>\n"))
    }

    @Test("an entry whose prefix is declared around it can be read by itself")
    func standalone() throws {
        let xml =
            "<domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os>"
            + "<metadata xmlns:a='u:a'><a:x><a:y/></a:x></metadata></domain>"
        let entry = try DomainDefinition(xml: xml).metadata?["u:a"]
        #expect(try entry?.standalone() == "<x>\n  <y/>\n</x>")
    }
}
