import Testing
import Virt
import VirtXML
import XMLBinding

/// What is said of documents that are wrong: libvirt's number, and a message that names what is wrong where.
@Suite struct ErrorTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        var kind: String
        /// The document; a line break stands in front of each element.
        var xml: String
        var code: XMLError.Code
        var words: [String]
        var line: Int
        var read: @Sendable (String) throws(XMLError) -> Void

        init<Root: XMLRoot>(
            _ kind: Root.Type, _ xml: String, _ code: XMLError.Code, line: Int, _ words: String...
        ) {
            self.kind = Root.elementName.description
            (self.xml, self.code, self.words, self.line) = (xml, code, words, line)
            read = { (text) throws(XMLError) in _ = try Root(xml: text) }
        }

        var testDescription: String { "\(kind): \(words.joined(separator: " "))" }
    }

    @Test(
        "a wrong document is refused with libvirt's number, the words that name the fault, and its line",
        arguments: wrong)
    func refused(_ wrong: Wrong) {
        let error = #expect(throws: XMLError.self) { try wrong.read(wrong.xml) }
        #expect(error?.code == wrong.code)
        #expect(error?.line == wrong.line)
        for word in wrong.words {
            #expect(error?.located.contains(word) == true, "\(error?.located ?? "") lacks '\(word)'")
        }
        // What stands for a fault of XML itself names its line in words of its own.
        #expect(wrong.code == .malformed || error?.located.contains("\(wrong.line)") == true)
    }

    static let wrong: [Wrong] = domains + contradictions + networks + storage + hosts + moments

    private static func domain(_ devices: String) -> String {
        "<domain type='kvm'>\n<name>a</name>\n<memory>1</memory>\n<os><type>hvm</type></os>\n<devices>\n\(devices)\n"
            + "</devices>\n</domain>"
    }

    private static let domains: [Wrong] = [
        Wrong(
            DomainDefinition.self, "<domain type='kvm'>\n<name>a\n</domain>", .malformed, line: 3,
            "at line 3", "mismatch"),
        Wrong(DomainDefinition.self, "\n<network/>", .xml, line: 2, "'domain'", "'network'"),
        Wrong(
            DomainDefinition.self, "<domain>\n<name>a</name></domain>", .internalError, line: 1, "domain type"
        ),
        Wrong(
            DomainDefinition.self, "<domain type='kvm'>\n<memory>1</memory></domain>", .noName, line: 1,
            "name"),
        Wrong(
            DomainDefinition.self,
            "<domain type='kvm'>\n<name>a</name>\n<memory unit='furlong'>1</memory></domain>",
            .invalidArgument, line: 3, "'furlong'"),
        Wrong(
            DomainDefinition.self,
            "<domain type='kvm'>\n<name>a</name>\n<memory unit='E'>99</memory></domain>",
            .overflow, line: 3, "99E"),
        Wrong(
            DomainDefinition.self, "<domain type='kvm'>\n<name>a</name>\n<uuid>1-2</uuid></domain>",
            .internalError,
            line: 1, "uuid"),
        Wrong(
            DomainDefinition.self, domain("<disk type='bla'/>"), .xml, line: 6, "'type'", "'disk'", "'bla'"),
        Wrong(
            DomainDefinition.self, domain("<controller type='usb' index='-1'/>"), .xml, line: 6, "'index'",
            "'controller'", "'-1'"),
        Wrong(
            DomainDefinition.self,
            domain(
                "<rng model='virtio'>\n<backend model='random'/>\n<address type='pci' slot='0x20'/></rng>"),
            .xml,
            line: 8, "slot", "0x20"),
        Wrong(
            DomainDefinition.self,
            domain(
                "<disk><source file='/a'>\n<seclabel relabel='no'><label>x</label></seclabel></source></disk>"
            ),
            .xml, line: 7, "relabelling"),
    ]

    /// What elements outside of the devices must keep to: the part, the number, words of the message.
    private static let rules: [Wrong] = [
        ("<vcpu/>", .xml, "maximum vcpus count must be an integer"),
        ("<vcpu cpuset='x'>1</vcpu>", .invalidArgument, "Failed to parse bitmap 'x'"),
        ("<vcpu cpuset='0,^0'>1</vcpu>", .unsupported, "Invalid value of 'cpuset': 0,^0"),
        ("<iothreadids><iothread id='0'/></iothreadids>", .xml, "Zero is not permitted"),
        (
            "<cputune><period>999</period></cputune>", .unsupported,
            "'period' must be in range [1000, 1000000]"
        ),
        ("<cputune><vcpupin vcpu='0'/></cputune>", .internalError, "missing cpuset for vcpupin"),
        (
            "<cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='0' cpuset='1'/></cputune>", .internalError,
            "duplicate vcpupin for vcpu '0'"
        ),
        (
            "<cputune><vcpusched vcpus='0' scheduler='fifo'/></cputune>", .xml,
            "Missing required attribute 'priority' in element 'vcpusched'"
        ),
        ("<cpu><vendor>Intel</vendor></cpu>", .xml, "CPU vendor specified without CPU model"),
        (
            "<cpu><feature policy='require' name='svm'/></cpu>", .xml,
            "Non-empty feature list specified without CPU model"
        ),
        (
            "<cpu mode='host-model' migratable='on'/>", .unsupported,
            "only allowed for 'host-passthrough' / 'maximum' CPU mode"
        ),
        (
            "<cpu><model vendor_id='short'>a</model></cpu>", .xml,
            "vendor_id must be exactly 12 characters long"
        ),
        (
            "<cpu><numa><cell memory='1'><distances/></cell></numa></cpu>", .xml,
            "NUMA distances defined without siblings"
        ),
        (
            "<cpu><numa><cell memory='1'><distances><sibling id='0' value='11'/></distances></cell></numa></cpu>",
            .xml, "'value 11' is invalid for 'sibling id 0' under NUMA 'cell id 0'"
        ),
        ("<clock offset='timezone'/>", .internalError, "missing 'timezone' attribute"),
        ("<clock offset='absolute' start='x'/>", .internalError, "missing 'start' attribute"),
        ("<features><bogus/></features>", .unsupported, "unexpected feature 'bogus'"),
        ("<features><htm/></features>", .xml, "Missing required attribute 'state' in element 'htm'"),
        (
            "<features><hyperv><spinlocks state='on' retries='3'/></hyperv></features>", .xml,
            "HyperV spinlock retry count must be at least 4095"
        ),
        (
            "<features><hyperv><vendor_id state='on' value='1234567890123'/></hyperv></features>", .xml,
            "must not be more than 12 characters"
        ),
        (
            "<features><kvm><dirty-ring state='on' size='1000'/></kvm></features>", .xml,
            "dirty ring must be power of 2 and ranges [1024, 65536]"
        ),
        ("<perf><event name='bogus' enabled='yes'/></perf>", .xml, "'event': 'bogus'"),
        (
            "<os><type>hvm</type><bios rebootTimeout='65536'/></os>", .unsupported,
            "invalid value for rebootTimeout, must be in range [-1,65535]"
        ),
    ].map { part, code, words in Wrong(DomainDefinition.self, tuned(part), code, line: 4, words) }

    private static func tuned(_ part: String) -> String {
        "<domain type='kvm'>\n<name>a</name>\n<memory>1</memory>\n\(part)\n</domain>"
    }

    private static let contradictions: [Wrong] =
        rules + [
            Wrong(
                DomainDefinition.self,
                tuned("<iothreadids><iothread id='2'/><iothread id='2'/></iothreadids>"),
                .xml,
                line: 1, "iothread", "'2'"),
            Wrong(
                DomainDefinition.self,
                tuned("<cpu><numa><cell id='1' cpus='0' memory='1'/></numa></cpu>"), .xml, line: 4, "'cell'"),
            Wrong(
                DomainDefinition.self,
                tuned(
                    "<cpu><numa><cell id='0' cpus='0' memory='1'/><cell id='1' cpus='0' memory='1'/></numa></cpu>"
                ),
                .unsupported, line: 4, "NUMA cells 1 and 0"),
            Wrong(
                DomainDefinition.self, tuned("<blkiotune><device><weight>500</weight></device></blkiotune>"),
                .unsupported,
                line: 4, "path"),
            Wrong(
                DomainDefinition.self,
                tuned(
                    "<cputune><memorytune vcpus='0'><node id='0' bandwidth='1'/><node id='0' bandwidth='2'/></memorytune>"
                        + "</cputune>"), .xml, line: 4, "node 0"),
        ]

    private static let networks: [Wrong] = [
        Wrong(NetworkDefinition.self, "<network>\n<bridge name='b'/></network>", .noName, line: 1),
        Wrong(
            NetworkDefinition.self, "<network>\n<name>n</name>\n<forward mode='teleport'/></network>",
            .unsupported, line: 3, "'teleport'"),
        Wrong(
            NetworkDefinition.self, "<network>\n<name>n</name>\n<ip address='10.0.0.300'/></network>", .xml,
            line: 3,
            "'10.0.0.300'", "'n'"),
        Wrong(
            NetworkDefinition.self, "<network>\n<name>n</name>\n<vlan>\n<tag id='4096'/></vlan></network>",
            .xml,
            line: 4, "4096", "4095"),
        Wrong(
            NetworkDefinition.self,
            "<network>\n<name>n</name>\n<dns>\n<host><hostname>a</hostname></host></dns></network>",
            .malformed, line: 4, "IP address"),
        Wrong(
            FilterDefinition.self, "<filter name='f'>\n<rule action='drop' direction='up'/></filter>", .xml,
            line: 2,
            "'direction'", "'rule'", "'up'"),
        Wrong(
            FilterDefinition.self,
            "<filter name='f'>\n<rule action='drop' direction='in'>\n<tcp dscp='99'/></rule></filter>",
            .internalError, line: 3, "dscp", "99"),
        Wrong(
            NetworkPortDefinition.self, "<networkport>\n<plug type='wall'/></networkport>", .xml, line: 2,
            "'type'",
            "'plug'", "'wall'"),
    ]

    private static let storage: [Wrong] = [
        Wrong(
            StoragePoolDefinition.self, "<pool type='cloud'><name>p</name></pool>", .xml, line: 1, "'type'",
            "'pool'",
            "'cloud'"),
        Wrong(
            StoragePoolDefinition.self, "<pool type='iscsi'>\n<name>p</name>\n<source/></pool>", .xml,
            line: 1,
            "missing storage pool source host name"),
        Wrong(
            StoragePoolDefinition.self, "<pool type='dir'>\n<name>p</name></pool>", .xml, line: 1,
            "missing storage pool target path"),
        Wrong(
            StorageVolumeDefinition.self, "<volume>\n<capacity>1</capacity></volume>", .xml, line: 1, "name"),
        Wrong(
            StorageVolumeDefinition.self,
            "<volume>\n<name>v</name>\n<target>\n<permissions>\n<mode>9</mode></permissions></target></volume>",
            .xml,
            line: 4, "octal"),
        Wrong(
            SecretDefinition.self, "<secret ephemeral='maybe'/>", .xml, line: 1, "'ephemeral'"),
        Wrong(
            SecretDefinition.self, "<secret>\n<usage type='ceph'/></secret>", .internalError, line: 2, "Ceph",
            "name"),
    ]

    private static let hosts: [Wrong] = [
        Wrong(
            NodeDeviceDefinition.self, "<device>\n<name>d</name>\n<capability type='magic'/></device>", .xml,
            line: 3,
            "magic"),
        Wrong(
            HostInterfaceDefinition.self, "<interface name='a' type='tin'/>", .xml, line: 1, "tin"),
        Wrong(
            HostCapabilities.self,
            "<capabilities>\n<host>\n<cpu>\n<topology sockets='0' cores='1' threads='1'/></cpu></host></capabilities>",
            .xml, line: 4, "topology"),
    ]

    private static let moments: [Wrong] = [
        Wrong(
            SnapshotDefinition.self,
            "<domainsnapshot>\n<disks>\n<disk name='a' snapshot='x'/></disks></domainsnapshot>",
            .xml, line: 3, "'snapshot'", "'disk'", "'x'"),
        Wrong(
            CheckpointDefinition.self, "<domaincheckpoint>\n<disks>\n<disk/></disks></domaincheckpoint>",
            .xml, line: 3,
            "'name'", "'disk'"),
        Wrong(
            BackupDefinition.self, "<domainbackup mode='shove'/>", .xml, line: 1, "'mode'", "'domainbackup'",
            "'shove'"),
    ]

    @Test("a change of a network that can't be made says so, and leaves the network as it was")
    func networkUpdates() throws {
        let xml =
            "<network><name>n</name><ip address='10.0.0.1' netmask='255.0.0.0'><dhcp>"
            + "<host mac='52:54:00:00:00:01' ip='10.0.0.9'/></dhcp></ip></network>"
        var network = try NetworkDefinition(xml: xml)
        let before = network
        let wrong: [(NetworkUpdateCommand, NetworkUpdateSection, String, XMLError.Code)] = [
            (.addLast, .ipDhcpHost, "<host mac='52:54:00:00:00:01' ip='10.0.0.8'/>", .operationInvalid),
            (.addLast, .ipDhcpHost, "<host mac='52:54:00:00:00:02'/>", .xml),
            (.addLast, .ipDhcpHost, "<range start='10.0.0.2' end='10.0.0.3'/>", .xml),
            (.delete, .ipDhcpHost, "<host name='nobody'/>", .operationInvalid),
            (.modify, .ipDhcpRange, "<range start='10.0.0.2' end='10.0.0.3'/>", .operationUnsupported),
            (.addLast, .ipDhcpRange, "<range start='11.0.0.2' end='11.0.0.3'/>", .internalError),
            (.addLast, .ipDhcpRange, "<range start='10.0.0.4' end='10.0.0.3'/>", .internalError),
            (.delete, .dnsTxt, "<txt name='a'/>", .operationInvalid),
            (.addFirst, .bridge, "<bridge name='b'/>", .operationUnsupported),
            (.none, .dnsTxt, "<txt name='a' value='b'/>", .operationUnsupported),
        ]
        for (command, section, entry, code) in wrong {
            let error = #expect(throws: XMLError.self) { try network.update(command, section, xml: entry) }
            #expect(error?.code == code, "\(entry): \(error?.message ?? "")")
            #expect(network == before)
        }
    }
}
